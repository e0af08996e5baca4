using Kanban.Bus.Board.Hosting;

namespace Kanban.Bus.Board.Access;

/// <summary>Keys given by settings, and who may stand between the board and its callers.</summary>
public sealed class AccessOptions
{
    public const string Section = "Access";

    /// <summary>An admin key of your own: 32 to 200 visible ASCII characters, any prefix. Default none: the first start makes one.</summary>
    /// <remarks>Changing it ends the one before at the next start. The board does not listen beyond loopback without one.</remarks>
    [SecretSetting]
    public string? AdminKey { get; set; }

    /// <summary>File that holds it, in the place of <see cref="AdminKey"/>.</summary>
    public string? AdminKeyFile { get; set; }

    /// <summary>A worker token of your own, in the same form: with it, hosts register workers and do nothing else. Default none.</summary>
    [SecretSetting]
    public string? WorkerKey { get; set; }

    /// <summary>File that holds it, in the place of <see cref="WorkerKey"/>.</summary>
    public string? WorkerKeyFile { get; set; }

    /// <summary>Addresses and networks of reverse proxies that end TLS: <c>10.0.0.7</c>, <c>10.1.0.0/16</c>. Only what comes from them may say for whom (<c>X-Forwarded-For</c>, <c>-Proto</c>). Default none.</summary>
    public string[] TrustedProxies { get; set; } = [];

    /// <summary>Host names that callers may use. Default: on loopback <c>localhost</c>, <c>127.0.0.1</c>, <c>[::1]</c>, which keeps DNS rebinding out; beyond loopback any.</summary>
    public string[] Hosts { get; set; } = [];
}
