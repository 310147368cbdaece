using System.Security.Cryptography;
using System.Text;
using Quai.BuildClient.Files;
using Quai.Errors;

namespace Quai.BuildClient.Agents;

/// <summary>Reads files of private keys: those of OpenSSH, and PEM.</summary>
internal static class KeyFile
{
    private const int Largest = 100 << 10;
    private const string Protected = "ssh: this private key is passphrase protected: add it to an agent with ssh-add, and give the agent's socket";

    /// <summary>Reads one.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="QuaiException">It is no such file, or it is encrypted.</exception>
    public static AgentKey Read(string path)
    {
        try
        {
            var file = new FileInfo(path);
            return file.Length <= Largest ? Parse(File.ReadAllText(path), Path.GetFileName(path)) : throw QuaiException.Invalid($"it has {file.Length} bytes, which is no key");
        }
        catch (QuaiException e)
        {
            throw QuaiException.Invalid($"failed to parse {path}: {e.Message}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw QuaiException.Invalid($"failed to open {path}: open {path}: {(Directory.Exists(path) ? "is a directory" : WholeFile.ReasonOf(e))}", e);
        }
    }

    /// <summary>Reads the text of one.</summary>
    /// <param name="text">The text.</param>
    /// <param name="comment">What it is called, where it does not say itself.</param>
    /// <exception cref="QuaiException">It is none.</exception>
    internal static AgentKey Parse(string text, string comment)
    {
        PemFields fields = PemEncoding.TryFind(text, out PemFields found) ? found : throw Strange(text);
        string label = text[fields.Label];
        if (label == "ENCRYPTED PRIVATE KEY")
        {
            throw QuaiException.Invalid(Protected);
        }

        try
        {
            byte[] bytes = Convert.FromBase64String(text[fields.Base64Data]);
            return label switch
            {
                "OPENSSH PRIVATE KEY" => Own(bytes, comment),
                "RSA PRIVATE KEY" => PemKey.Rsa(bytes, comment),
                "EC PRIVATE KEY" => PemKey.Elliptic(bytes, comment),
                "PRIVATE KEY" => PemKey.Any(bytes, comment),
                _ => throw QuaiException.Invalid($"ssh: unsupported key type \"{label}\""),
            };
        }
        catch (CryptographicException e)
        {
            throw QuaiException.Invalid("the key in it is malformed", e);
        }
    }

    // A header makes it no PEM as newer programs have it: older ones said by it that a key is encrypted.
    private static QuaiException Strange(string text) =>
        QuaiException.Invalid(text.Contains("Proc-Type: 4,ENCRYPTED", StringComparison.Ordinal) ? Protected : "ssh: no key found");

    private static AgentKey Own(ReadOnlySpan<byte> bytes, string comment)
    {
        ReadOnlySpan<byte> sign = "openssh-key-v1\0"u8;
        if (!bytes.StartsWith(sign))
        {
            throw QuaiException.Invalid("the key in it is malformed");
        }

        var outer = new WireReader(bytes[sign.Length..]);
        string cipher = outer.Text();
        outer.Bytes();
        outer.Bytes();
        uint count = outer.Number();
        outer.Bytes();
        if (cipher != "none")
        {
            throw QuaiException.Invalid(Protected);
        }

        var key = new WireReader(outer.Bytes());
        if (count != 1 || key.Number() != key.Number())
        {
            throw QuaiException.Invalid("the key in it is malformed");
        }

        string kind = key.Text();
        switch (kind)
        {
            case "ssh-ed25519":
                key.Bytes();
                byte[] both = key.Bytes().ToArray();
                return both.Length == EdwardsKey.Size * 2 ? new EdwardsKey(both[..EdwardsKey.Size], Comment(ref key, comment)) : throw QuaiException.Invalid("the key in it is malformed");
            case "ssh-rsa":
                byte[] modulus = Number(key.Bytes()), exponent = Number(key.Bytes()), secret = Number(key.Bytes()), inverse = Number(key.Bytes()), p = Number(key.Bytes()), q = Number(key.Bytes());
                return new RsaKey(PemKey.RsaOf(modulus, exponent, secret, p, q, inverse), Comment(ref key, comment));
            case { } when kind.StartsWith("ecdsa-sha2-", StringComparison.Ordinal):
                string curve = key.Text();
                byte[] point = key.Bytes().ToArray(), number = Number(key.Bytes());
                return new EllipticKey(PemKey.EllipticOf(EllipticKey.CurveOf(curve), point, number), Comment(ref key, comment));
            default:
                throw QuaiException.Invalid($"ssh: unsupported key type \"{kind}\"");
        }
    }

    private static string Comment(ref WireReader key, string usual) => key.Text() is { Length: > 0 } said ? said : usual;

    private static byte[] Number(ReadOnlySpan<byte> bytes) => bytes.TrimStart((byte)0).ToArray();
}
