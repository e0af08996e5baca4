using System.Net;

namespace Kanban.Bus.Board.Hosting;

/// <summary>One address that the board listens on.</summary>
/// <param name="Address">Null for <c>localhost</c>: loopback of IPv4 and IPv6.</param>
public sealed record ListenAddress(bool Https, IPAddress? Address, int Port)
{
    public bool IsLoopback => Address is null || IPAddress.IsLoopback(Address);

    /// <summary>Reads <c>http://127.0.0.1:5080</c>, or several with <c>;</c> between; port 0 takes a free one.</summary>
    /// <param name="error">The sentence, when something is wrong.</param>
    public static IReadOnlyList<ListenAddress> ParseAll(string listen, out string? error)
    {
        error = null;
        var all = new List<ListenAddress>();
        foreach (var text in listen.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (TryParse(text) is { } one)
                all.Add(one);
            else
                error = $"Listen is '{text}'; give http:// or https://, an IP address, localhost or *, and a port, such as http://127.0.0.1:5080.";
        }
        if (all.Count == 0)
            error ??= "Listen is empty; give an address such as http://127.0.0.1:5080.";
        return all;
    }

    public override string ToString()
    {
        var host = Address is null ? "localhost" : Address.AddressFamily is System.Net.Sockets.AddressFamily.InterNetworkV6 ? $"[{Address}]" : Address.ToString();
        return $"{(Https ? "https" : "http")}://{host}:{Port}";
    }

    private static ListenAddress? TryParse(string text)
    {
        BindingAddress binding;
        try
        {
            binding = BindingAddress.Parse(text);
        }
        catch (FormatException)
        {
            return null;
        }
        if (binding.Scheme is not ("http" or "https") || binding.PathBase.Length > 0 || binding.Port is < 0 or > 65535)
            return null;
        var https = binding.Scheme is "https";
        return binding.Host switch
        {
            // A free port can't be had for two address families at once.
            "localhost" => new ListenAddress(https, binding.Port == 0 ? IPAddress.Loopback : null, binding.Port),
            "*" or "+" => new ListenAddress(https, IPAddress.IPv6Any, binding.Port),
            var host => IPAddress.TryParse(host, out var address) ? new ListenAddress(https, address, binding.Port) : null,
        };
    }
}
