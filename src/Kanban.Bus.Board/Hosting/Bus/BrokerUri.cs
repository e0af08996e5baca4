namespace Kanban.Bus.Board.Hosting;

/// <summary>Where the broker is, for connecting and for saying so without the password.</summary>
/// <param name="Display"><c>amqp://host:5672/vhost</c>.</param>
public sealed record BrokerUri(Uri Uri, string Display)
{
    /// <exception cref="SettingsException">It is missing or not an AMQP address; the sentence never repeats what was given, which may hold a password.</exception>
    public static BrokerUri Parse(string? given)
    {
        if (given is null)
            throw new SettingsException("Transport:Uri is missing. Transport:Provider is rabbitmq, which needs it: amqp://user:password@host:5672/vhost, or amqps://.");
        if (!Uri.TryCreate(given, UriKind.Absolute, out var uri) || uri.Scheme is not ("amqp" or "amqps") || uri.Host.Length == 0)
            throw new SettingsException("Transport:Uri is not an address of a broker. Allowed: amqp://user:password@host:5672/vhost, or amqps://.");
        var port = uri.Port > 0 ? uri.Port : uri.Scheme == "amqps" ? 5671 : 5672;
        return new BrokerUri(uri, $"{uri.Scheme}://{uri.Host}:{port}{uri.AbsolutePath}");
    }
}
