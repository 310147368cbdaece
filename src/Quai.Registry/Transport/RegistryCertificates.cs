using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Quai.Errors;

namespace Quai.Registry.Transport;

/// <summary>
/// The contents of Docker's <c>certs.d/HOST[:PORT]</c> for one registry: authorities to trust besides the machine's (<c>*.crt</c>), and client certificates
/// (<c>*.cert</c> with the <c>*.key</c> of the same name).
/// </summary>
internal sealed class RegistryCertificates
{
    private readonly X509Certificate2Collection _authorities = [];
    private readonly X509Certificate2Collection _own = [];

    private RegistryCertificates(string stamp) => Stamp = stamp;

    /// <summary>Identifies the files and their times: a different stamp means that they must be read again.</summary>
    public string Stamp { get; }

    /// <summary>The current stamp of the folders.</summary>
    public static string StampOf(IReadOnlyList<string> folders, string authority) =>
        string.Join('|', Files(folders, authority).Select(f => $"{f}@{File.GetLastWriteTimeUtc(f).Ticks}"));

    /// <summary>Reads the folders for a registry.</summary>
    /// <exception cref="QuaiException">A certificate lacks its key, or a file cannot be read as its name indicates.</exception>
    public static RegistryCertificates Read(IReadOnlyList<string> folders, string authority)
    {
        var certificates = new RegistryCertificates(StampOf(folders, authority));
        List<string> files = [.. Files(folders, authority)];
        foreach (string file in files)
        {
            try
            {
                switch (Path.GetExtension(file))
                {
                    case ".crt":
                        certificates._authorities.ImportFromPemFile(file);
                        break;
                    case ".cert":
                        string key = Path.ChangeExtension(file, ".key");
                        certificates._own.Add(files.Contains(key)
                            ? X509Certificate2.CreateFromPemFile(file, key)
                            : throw QuaiException.Invalid($"missing key {Path.GetFileName(key)} for client certificate {Path.GetFileName(file)}. CA certificates must use the extension .crt"));
                        break;
                    case ".key" when !files.Contains(Path.ChangeExtension(file, ".cert")):
                        throw QuaiException.Invalid($"missing client certificate {Path.GetFileName(Path.ChangeExtension(file, ".cert"))} for key {Path.GetFileName(file)}");
                }
            }
            catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
            {
                throw QuaiException.System($"certificate {file} of registry {authority} cannot be read: {e.Message}", e);
            }
        }

        return certificates;
    }

    /// <summary>Whether there is a client certificate.</summary>
    public bool Identify => _own.Count > 0;

    /// <summary>The TLS settings for a connection.</summary>
    /// <param name="insecure">Accepts any certificate.</param>
    /// <param name="identify">Presents our certificate, if there is one: to the registry and its token service, and nobody else.</param>
    public SslClientAuthenticationOptions Options(bool insecure, bool identify)
    {
        var options = new SslClientAuthenticationOptions();
        if (identify && Identify)
        {
            options.ClientCertificates = _own;
            options.LocalCertificateSelectionCallback = (_, _, _, _, _) => _own[0];
        }

        if (insecure)
        {
#pragma warning disable CA5359 // an insecure registry is one whose certificate the user said not to check
            options.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
        }
        else if (_authorities.Count > 0)
        {
            options.RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
                errors == SslPolicyErrors.None || (errors == SslPolicyErrors.RemoteCertificateChainErrors && certificate is not null && IsSignedByOurs(certificate, chain));
        }

        return options;
    }

    private bool IsSignedByOurs(X509Certificate certificate, X509Chain? presented)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(_authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid("1.3.6.1.5.5.7.3.1"));
        foreach (X509ChainElement element in presented?.ChainElements ?? new X509Chain().ChainElements)
        {
            chain.ChainPolicy.ExtraStore.Add(element.Certificate);
        }

        return chain.Build(certificate as X509Certificate2 ?? new X509Certificate2(certificate));
    }

    private static IEnumerable<string> Files(IReadOnlyList<string> folders, string authority) => folders
        .Select(f => Path.Combine(f, authority))
        .Where(Directory.Exists)
        .SelectMany(Directory.EnumerateFiles)
        .Where(f => Path.GetExtension(f) is ".crt" or ".cert" or ".key")
        .Order(StringComparer.Ordinal);
}
