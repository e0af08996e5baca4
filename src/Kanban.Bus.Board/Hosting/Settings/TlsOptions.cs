namespace Kanban.Bus.Board.Hosting;

/// <summary>The certificate of <c>https://</c> addresses in <c>Listen</c>. Read at the start: a renewed one needs a restart.</summary>
public sealed class TlsOptions
{
    public const string Section = "Tls";

    /// <summary>PEM file: the certificate, then the chain to its authority.</summary>
    public string? CertificateFile { get; set; }

    /// <summary>PEM file: its private key, unencrypted. Default: in <see cref="CertificateFile"/> too.</summary>
    public string? KeyFile { get; set; }
}
