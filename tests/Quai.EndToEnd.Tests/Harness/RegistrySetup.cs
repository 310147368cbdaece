using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Quai.EndToEnd.Tests.Harness;

/// <summary>How a test's registry is to be.</summary>
public sealed record RegistrySetup
{
    /// <summary>The address that it listens on.</summary>
    public string Host { get; init; } = "127.0.0.1";

    /// <summary>The certificate that it shows; null for plain HTTP.</summary>
    public TestCertificate? Certificate { get; init; }

    /// <summary>Users and passwords for Basic authentication.</summary>
    public IReadOnlyDictionary<string, string> Users { get; init; } = new Dictionary<string, string>();

    /// <summary>The token service that lets people in.</summary>
    public TokenService? Tokens { get; init; }
}

/// <summary>A certificate signed by itself, with its key, as files.</summary>
public sealed class TestCertificate
{
    private TestCertificate(string file, string keyFile, X509Certificate2 certificate)
    {
        File = file;
        KeyFile = keyFile;
        Certificate = certificate;
    }

    /// <summary>The certificate in PEM.</summary>
    public string File { get; }

    /// <summary>Its key in PEM.</summary>
    public string KeyFile { get; }

    /// <summary>Both.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>Makes one for an address.</summary>
    public static TestCertificate Make(string folder, string name, string address)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        if (IPAddress.TryParse(address, out IPAddress? ip))
        {
            names.AddIpAddress(ip);
        }
        else
        {
            names.AddDnsName(address);
        }

        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(7));
        string file = Path.Combine(folder, name + ".pem");
        string keyFile = Path.Combine(folder, name + "-key.pem");
        System.IO.File.WriteAllText(file, certificate.ExportCertificatePem());
        System.IO.File.WriteAllText(keyFile, key.ExportPkcs8PrivateKeyPem());
        return new TestCertificate(file, keyFile, certificate);
    }

    /// <summary>A port that nobody listens on.</summary>
    public static int FreePort(string host = "127.0.0.1")
    {
        using var probe = new TcpListener(IPAddress.Parse(host), 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
