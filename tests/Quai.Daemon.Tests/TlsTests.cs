using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Quai.Daemon.Hosting;
using Quai.Daemon.Tests.Fakes;

namespace Quai.Daemon.Tests;

/// <summary>TCP with mutual TLS.</summary>
public sealed class TlsTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("quaid").FullName;
    private readonly X509Certificate2 _authority;

    public TlsTests()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        _authority = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        File.WriteAllText(Path.Combine(_directory, "ca.pem"), _authority.ExportCertificatePem());
    }

    [Fact]
    public async Task A_client_of_the_authority_is_served_and_its_half_close_ends_stdin_only()
    {
        await using TestServer server = await StartAsync();
        server.Containers.OnAttach = (_, _) => FakeSession.CountInput();
        using Socket socket = await server.ConnectTcpAsync();
        await using SslStream tls = await HandshakeAsync(socket, Issue("client", server: false, _authority));

        await tls.WriteAsync("GET /_ping HTTP/1.1\r\nHost: d\r\n\r\n"u8.ToArray());
        Assert.StartsWith("HTTP/1.1 200 OK\r\n", await tls.ReadHeaderAsync(), StringComparison.Ordinal);
        await tls.ReadExactlyAsync(new byte[2]);

        await tls.WriteAsync("POST /containers/x/attach?stream=1&stdin=1 HTTP/1.1\r\nHost: d\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\nabc"u8.ToArray());
        Assert.StartsWith("HTTP/1.1 101 UPGRADED\r\n", await tls.ReadHeaderAsync(), StringComparison.Ordinal);
        await tls.ShutdownAsync();
        Assert.Equal("3\n", Encoding.ASCII.GetString(await tls.ReadToEndAsync()));
    }

    [Fact]
    public async Task Nobody_else_is_served()
    {
        await using TestServer server = await StartAsync();
        using (Socket socket = await server.ConnectTcpAsync())
        {
            await AssertRefusedAsync(socket, null);
        }

        using (Socket socket = await server.ConnectTcpAsync())
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            using X509Certificate2 stranger = new CertificateRequest("CN=client", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
            await AssertRefusedAsync(socket, stranger);
        }

        using (Socket socket = await server.ConnectTcpAsync())
        {
            using var stream = new NetworkStream(socket);
            await socket.SendTextAsync("GET /_ping HTTP/1.1\r\nHost: d\r\n\r\n");
            Assert.DoesNotContain("200", await ReadWhatComesAsync(stream), StringComparison.Ordinal);
        }
    }

    public void Dispose()
    {
        _authority.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private async Task AssertRefusedAsync(Socket socket, X509Certificate2? certificate)
    {
        // With TLS 1.3 the client learns that it was refused only when it reads.
        string answer = "";
        try
        {
            await using SslStream tls = await HandshakeAsync(socket, certificate);
            await tls.WriteAsync("GET /_ping HTTP/1.1\r\nHost: d\r\n\r\n"u8.ToArray());
            answer = await ReadWhatComesAsync(tls);
        }
        catch (Exception e) when (e is IOException or AuthenticationException)
        {
        }

        Assert.Equal("", answer);
    }

    private static async Task<string> ReadWhatComesAsync(Stream stream)
    {
        byte[] buffer = new byte[1000];
        try
        {
            int read = await stream.ReadAsync(buffer).AsTask().WaitAsync(TimeSpan.FromSeconds(10));
            return Encoding.Latin1.GetString(buffer, 0, read);
        }
        catch (IOException)
        {
            return "";
        }
    }

    private async Task<SslStream> HandshakeAsync(Socket socket, X509Certificate2? certificate)
    {
        var tls = new SslStream(new NetworkStream(socket), false);
        var trust = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        trust.CustomTrustStore.Add(_authority);
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            CertificateChainPolicy = trust,
            ClientCertificates = certificate is null ? null : [certificate],
            LocalCertificateSelectionCallback = (_, _, _, _, _) => certificate!,
        });
        return tls;
    }

    private async Task<TestServer> StartAsync()
    {
        using X509Certificate2 own = Issue("localhost", server: true, _authority);
        string certificate = Path.Combine(_directory, "cert.pem"), key = Path.Combine(_directory, "key.pem");
        await File.WriteAllTextAsync(certificate, own.ExportCertificatePem());
        using ECDsa secret = own.GetECDsaPrivateKey()!;
        await File.WriteAllTextAsync(key, secret.ExportPkcs8PrivateKeyPem());
        return await TestServer.StartAsync(tcp: true, new TlsSettings(certificate, key, Path.Combine(_directory, "ca.pem")));
    }

    private static X509Certificate2 Issue(string name, bool server, X509Certificate2 authority)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=" + name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(server ? "1.3.6.1.5.5.7.3.1" : "1.3.6.1.5.5.7.3.2")], false));
        using X509Certificate2 issued = request.Create(authority, DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1), RandomNumberGenerator.GetBytes(8));
        return X509CertificateLoader.LoadPkcs12(issued.CopyWithPrivateKey(key).Export(X509ContentType.Pkcs12), null);
    }
}
