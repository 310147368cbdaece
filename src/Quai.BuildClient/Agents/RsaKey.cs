using System.Security.Cryptography;

namespace Quai.BuildClient.Agents;

/// <summary>A key of RSA.</summary>
/// <param name="parameters">The key.</param>
/// <param name="comment">What it is called.</param>
internal sealed class RsaKey(RSAParameters parameters, string comment) : AgentKey(BlobOf(parameters), comment)
{
    private const uint Sha256 = 2, Sha512 = 4;

    /// <inheritdoc/>
    public override byte[] Sign(ReadOnlySpan<byte> data, uint flags)
    {
        (string kind, HashAlgorithmName hash) = (flags & Sha512) != 0 ? ("rsa-sha2-512", HashAlgorithmName.SHA512)
            : (flags & Sha256) != 0 ? ("rsa-sha2-256", HashAlgorithmName.SHA256)
            : ("ssh-rsa", HashAlgorithmName.SHA1);
        using var key = RSA.Create(parameters);
        return new WireWriter().Text(kind).Bytes(key.SignData(data, hash, RSASignaturePadding.Pkcs1)).Written;
    }

    private static byte[] BlobOf(RSAParameters key) => new WireWriter().Text("ssh-rsa").Integer(key.Exponent).Integer(key.Modulus).Written;
}
