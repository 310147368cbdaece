using System.Security.Cryptography;
using Quai.Errors;

namespace Quai.BuildClient.Agents;

/// <summary>A key of ECDSA upon one of NIST's curves.</summary>
/// <param name="parameters">The key.</param>
/// <param name="comment">What it is called.</param>
internal sealed class EllipticKey(ECParameters parameters, string comment) : AgentKey(BlobOf(parameters), comment)
{
    private const string Prefix = "ecdsa-sha2-";

    /// <summary>The curve of a name of SSH's.</summary>
    /// <exception cref="QuaiException">There is no such curve.</exception>
    public static ECCurve CurveOf(string name) => name switch
    {
        "nistp256" => ECCurve.NamedCurves.nistP256,
        "nistp384" => ECCurve.NamedCurves.nistP384,
        "nistp521" => ECCurve.NamedCurves.nistP521,
        _ => throw QuaiException.Invalid($"its curve {name} is not supported"),
    };

    /// <inheritdoc/>
    public override byte[] Sign(ReadOnlySpan<byte> data, uint flags)
    {
        (string name, HashAlgorithmName hash) = NameOf(parameters.Curve);
        using var key = ECDsa.Create(parameters);
        byte[] pair = key.SignData(data, hash, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        byte[] numbers = new WireWriter().Integer(pair.AsSpan(0, pair.Length / 2)).Integer(pair.AsSpan(pair.Length / 2)).Written;
        return new WireWriter().Text(Prefix + name).Bytes(numbers).Written;
    }

    private static byte[] BlobOf(ECParameters key)
    {
        string name = NameOf(key.Curve).Name;
        return new WireWriter().Text(Prefix + name).Text(name).Bytes([4, .. key.Q.X!, .. key.Q.Y!]).Written;
    }

    private static (string Name, HashAlgorithmName Hash) NameOf(ECCurve curve) => curve.Oid.Value switch
    {
        "1.2.840.10045.3.1.7" => ("nistp256", HashAlgorithmName.SHA256),
        "1.3.132.0.34" => ("nistp384", HashAlgorithmName.SHA384),
        "1.3.132.0.35" => ("nistp521", HashAlgorithmName.SHA512),
        var other => throw QuaiException.Invalid($"its curve {curve.Oid.FriendlyName ?? other} is not supported"),
    };
}
