using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Quai.Client.Transport;

/// <summary>TLS settings for a daemon on TCP.</summary>
/// <param name="Verify">Check the daemon's certificate.</param>
/// <param name="CaPath">The authority to trust; null or absent for the system's.</param>
/// <param name="CertificatePath">The client's certificate.</param>
/// <param name="KeyPath">The client's key.</param>
public sealed record TlsOptions(bool Verify, string CaPath, string CertificatePath, string KeyPath)
{
    /// <summary>Starts TLS on a fresh connection.</summary>
    /// <exception cref="ConnectionException">The handshake failed, or a file cannot be used.</exception>
    internal async ValueTask<Stream> WrapAsync(Stream inner, string host, bool blocking, CancellationToken cancellation)
    {
        var options = new SslClientAuthenticationOptions { TargetHost = host };
        try
        {
            if (File.Exists(CertificatePath) && File.Exists(KeyPath))
            {
                options.ClientCertificates = [X509Certificate2.CreateFromPemFile(CertificatePath, KeyPath)];
            }

            if (!Verify)
            {
#pragma warning disable CA5359 // --tls without --tlsverify asks for exactly this.
                options.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
            }
            else if (File.Exists(CaPath))
            {
                var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
                policy.CustomTrustStore.ImportFromPemFile(CaPath);
                options.CertificateChainPolicy = policy;
            }

            var stream = new SslStream(inner);
            if (blocking)
            {
                stream.AuthenticateAsClient(options);
            }
            else
            {
                await stream.AuthenticateAsClientAsync(options, cancellation);
            }

            return stream;
        }
        catch (Exception error) when (error is AuthenticationException or IOException or CryptographicException)
        {
            throw new ConnectionException($"error during connect: tls: {error.Message}");
        }
    }
}
