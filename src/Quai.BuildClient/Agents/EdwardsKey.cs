using Org.BouncyCastle.Math.EC.Rfc8032;

namespace Quai.BuildClient.Agents;

/// <summary>A key of Ed25519.</summary>
/// <param name="seed">The key, of 32 bytes.</param>
/// <param name="comment">What it is called.</param>
internal sealed class EdwardsKey(byte[] seed, string comment) : AgentKey(BlobOf(seed), comment)
{
    /// <summary>The length of a key.</summary>
    public const int Size = 32;

    private const string Kind = "ssh-ed25519";

    /// <inheritdoc/>
    public override byte[] Sign(ReadOnlySpan<byte> data, uint flags)
    {
        byte[] signature = new byte[Ed25519.SignatureSize], whole = data.ToArray();
        Ed25519.Sign(seed, 0, whole, 0, whole.Length, signature, 0);
        return new WireWriter().Text(Kind).Bytes(signature).Written;
    }

    private static byte[] BlobOf(byte[] seed)
    {
        byte[] open = new byte[Ed25519.PublicKeySize];
        Ed25519.GeneratePublicKey(seed, 0, open, 0);
        return new WireWriter().Text(Kind).Bytes(open).Written;
    }
}
