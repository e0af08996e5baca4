namespace Kanban.Bus.Worker.Bus;

/// <summary><c>amqp://user:password@host:port/vhost</c>, or <c>amqps://</c>, taken apart.</summary>
internal sealed record BrokerUri(string Host, ushort Port, string VirtualHost, string User, string Password, bool Tls)
{
    /// <exception cref="FormatException">Says what is wrong, without the password.</exception>
    public static BrokerUri Parse(string text)
    {
        if (!System.Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("amqp" or "amqps"))
            throw new FormatException("The broker's address must start with amqp:// or amqps://.");
        var user = uri.UserInfo.Split(':', 2);
        var tls = uri.Scheme == "amqps";
        var path = uri.AbsolutePath.Trim('/');
        return new BrokerUri(
            uri.Host,
            uri.Port > 0 ? (ushort)uri.Port : tls ? (ushort)5671 : (ushort)5672,
            path.Length == 0 ? "/" : System.Uri.UnescapeDataString(path),
            user[0].Length == 0 ? "guest" : System.Uri.UnescapeDataString(user[0]),
            user.Length < 2 ? "guest" : System.Uri.UnescapeDataString(user[1]),
            tls);
    }

    public override string ToString() => $"{(Tls ? "amqps" : "amqp")}://{Host}:{Port}/{(VirtualHost == "/" ? "" : VirtualHost)}";
}
