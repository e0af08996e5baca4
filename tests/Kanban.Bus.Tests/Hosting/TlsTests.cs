using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Kanban.Bus.Board.Access;

namespace Kanban.Bus.Tests.Hosting;

public sealed class TlsTests
{
    [Fact]
    public async Task With_a_certificate_it_serves_https_and_the_cookie_travels_on_https_alone()
    {
        var folder = Directory.CreateTempSubdirectory("kanban-tls-").FullName;
        var (certificate, key) = (Path.Combine(folder, "board.pem"), Path.Combine(folder, "board.key"));
        using (var ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256))
        {
            var now = TimeProvider.System.GetUtcNow();
            using var made = new CertificateRequest("CN=localhost", ecdsa, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
            await File.WriteAllTextAsync(certificate, made.ExportCertificatePem());
            await File.WriteAllTextAsync(key, ecdsa.ExportPkcs8PrivateKeyPem());
        }

        await using var board = await BoardServer.StartAsync([("Listen", "https://127.0.0.1:0"), ("Tls:CertificateFile", certificate), ("Tls:KeyFile", key)]);
        var thumbprint = X509Certificate2.CreateFromPemFile(certificate, key).Thumbprint;
        using var client = new HttpClient(new HttpClientHandler
        {
            AllowAutoRedirect = false,
            ServerCertificateCustomValidationCallback = (_, served, _, _) => served?.Thumbprint == thumbprint,
        });
        var link = await board.App.Services.GetRequiredService<LoginLinks>().CreateAsync();
        Assert.StartsWith("https://", link.Url, StringComparison.Ordinal);

        var answer = await client.GetAsync(link.Url);
        Assert.Equal(HttpStatusCode.Found, answer.StatusCode);
        Assert.Contains("secure", answer.Headers.GetValues("Set-Cookie").Single(), StringComparison.OrdinalIgnoreCase);
        Assert.True(answer.Headers.Contains("Strict-Transport-Security"));
    }
}
