using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Quai.Errors;

namespace Quai.Oci.Images;

/// <summary>
/// A content digest, <c>sha256:…</c> or <c>sha512:…</c>: the OCI image specification's <c>descriptor.md</c>, read strictly
/// (registered algorithms only, lower-case hex of exactly the right length), so that a digest is safe as a file name.
/// </summary>
public readonly struct Digest : IEquatable<Digest>
{
    internal static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    private readonly string? _value;

    private Digest(string value) => _value = value;

    /// <summary><c>sha256</c> or <c>sha512</c>.</summary>
    public string Algorithm => ToString()[..6];

    /// <summary>The lower-case hex digits.</summary>
    public string Hex => ToString()[7..];

    /// <summary>The first 12 hex digits, as Docker prints an id.</summary>
    public string Short => ToString().Substring(7, 12);

    /// <summary>True for <c>default</c>, which is not a digest.</summary>
    public bool IsEmpty => _value is null;

    /// <summary>.NET's name for <see cref="Algorithm"/>.</summary>
    public HashAlgorithmName AlgorithmName => Algorithm == "sha256" ? HashAlgorithmName.SHA256 : HashAlgorithmName.SHA512;

    /// <summary>Reads a digest.</summary>
    /// <exception cref="QuaiException">Invalid, in the words of Docker's digest library.</exception>
    public static Digest Parse(string text) =>
        TryParse(text, out Digest digest, out string? problem) ? digest : throw QuaiException.Invalid($"{problem}: {text}");

    /// <summary>Reads a digest; false when it is malformed.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Digest digest) => TryParse(text, out digest, out _);

    /// <summary>The digest of bytes in memory, by SHA-256.</summary>
    public static Digest Of(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, hash);
        return FromSha256(hash);
    }

    /// <summary>Makes a digest of a finished SHA-256 hash.</summary>
    public static Digest FromSha256(ReadOnlySpan<byte> hash) => new("sha256:" + Convert.ToHexStringLower(hash));

    /// <summary>Makes a digest of a finished hash of the named algorithm.</summary>
    public static Digest FromHash(HashAlgorithmName algorithm, ReadOnlySpan<byte> hash) =>
        new((algorithm == HashAlgorithmName.SHA512 ? "sha512:" : "sha256:") + Convert.ToHexStringLower(hash));

    /// <summary>Whether the bytes have this digest.</summary>
    public bool Matches(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[SHA512.HashSizeInBytes];
        int length = Algorithm == "sha256" ? SHA256.HashData(bytes, hash) : SHA512.HashData(bytes, hash);
        return Convert.ToHexStringLower(hash[..length]) == Hex;
    }

    /// <inheritdoc/>
    public override string ToString() => _value ?? throw new InvalidOperationException("an empty digest has no text");

    /// <inheritdoc/>
    public bool Equals(Digest other) => string.Equals(_value, other._value, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Digest other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _value is null ? 0 : StringComparer.Ordinal.GetHashCode(_value);

    /// <summary>Compares the text.</summary>
    public static bool operator ==(Digest left, Digest right) => left.Equals(right);

    /// <summary>Compares the text.</summary>
    public static bool operator !=(Digest left, Digest right) => !left.Equals(right);

    private static bool TryParse(string? text, out Digest digest, out string? problem)
    {
        digest = default;
        int colon = text is null ? -1 : text.IndexOf(':', StringComparison.Ordinal);
        if (text is null || colon <= 0)
        {
            problem = "invalid checksum digest format";
            return false;
        }

        int length = text.AsSpan(0, colon) switch
        {
            "sha256" => 64,
            "sha512" => 128,
            _ => 0,
        };
        problem = length == 0 ? "unsupported digest algorithm"
            : text.Length - colon - 1 != length ? "invalid checksum digest length"
            : text.AsSpan(colon + 1).ContainsAnyExcept(HexDigits) ? "invalid checksum digest format"
            : null;
        if (problem is not null)
        {
            return false;
        }

        digest = new Digest(text);
        return true;
    }
}
