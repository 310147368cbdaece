using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Org.BouncyCastle.Crypto.Engines;
using Org.BouncyCastle.Crypto.Generators;
using Org.BouncyCastle.Crypto.Macs;
using Org.BouncyCastle.Crypto.Parameters;
using Quai.Errors;

namespace Quai.Trust;

/// <summary>
/// The password protection of cosign's private keys (go-securesystemslib's <c>encrypted</c> package): JSON that names scrypt
/// and its parameters, and the key sealed in NaCl's secretbox (XSalsa20 and Poly1305).
/// </summary>
internal static class SecretBox
{
    public const string SigstoreLabel = "ENCRYPTED SIGSTORE PRIVATE KEY", CosignLabel = "ENCRYPTED COSIGN PRIVATE KEY";

    private const int KeySize = 32, NonceSize = 24, TagSize = 16, SaltSize = 32;

    // Cosign's own parameters. A file may name others, within what a client is willing to compute (memory: 128 * N * r bytes).
    private const int DefaultCost = 65536, BlockSize = 8, Parallelism = 1, GreatestCost = 1 << 20;

    public static byte[] Seal(ReadOnlySpan<byte> plain, string password)
    {
        byte[] salt = RandomNumberGenerator.GetBytes(SaltSize), nonce = RandomNumberGenerator.GetBytes(NonceSize);
        byte[] key = SCrypt.Generate(Encoding.UTF8.GetBytes(password), salt, DefaultCost, BlockSize, Parallelism, KeySize);
        byte[] box = Encrypt(plain, key, nonce);
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer))
        {
            json.WriteStartObject();
            json.WriteStartObject("kdf");
            json.WriteString("name", "scrypt");
            json.WriteStartObject("params");
            json.WriteNumber("N", DefaultCost);
            json.WriteNumber("r", BlockSize);
            json.WriteNumber("p", Parallelism);
            json.WriteEndObject();
            json.WriteBase64String("salt", salt);
            json.WriteEndObject();
            json.WriteStartObject("cipher");
            json.WriteString("name", "nacl/secretbox");
            json.WriteBase64String("nonce", nonce);
            json.WriteEndObject();
            json.WriteBase64String("ciphertext", box);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    public static byte[] Open(byte[] document, string password, string name)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(document);
            JsonElement derivation = json.RootElement.GetProperty("kdf"), parameters = derivation.GetProperty("params"), cipher = json.RootElement.GetProperty("cipher");
            if (derivation.GetProperty("name").GetString() != "scrypt" || cipher.GetProperty("name").GetString() != "nacl/secretbox")
            {
                throw QuaiException.Invalid($"the private key {name} is encrypted in a way that is not known here");
            }

            int cost = parameters.GetProperty("N").GetInt32(), block = parameters.GetProperty("r").GetInt32(), parallel = parameters.GetProperty("p").GetInt32();
            byte[] nonce = cipher.GetProperty("nonce").GetBytesFromBase64();
            if (cost is < 2 or > GreatestCost || !int.IsPow2(cost) || block is < 1 or > 16 || parallel is < 1 or > 16 || nonce.Length != NonceSize)
            {
                throw QuaiException.Invalid($"the private key {name} names impossible parameters of its encryption");
            }

            byte[] key = SCrypt.Generate(Encoding.UTF8.GetBytes(password), derivation.GetProperty("salt").GetBytesFromBase64(), cost, block, parallel, KeySize);
            return Decrypt(json.RootElement.GetProperty("ciphertext").GetBytesFromBase64(), key, nonce)
                ?? throw QuaiException.Invalid($"the private key {name} cannot be decrypted: the password is wrong, or the file is damaged");
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or FormatException or InvalidOperationException)
        {
            throw QuaiException.Invalid($"the private key {name} is damaged: {e.Message}", e);
        }
    }

    private static byte[] Encrypt(ReadOnlySpan<byte> plain, byte[] key, byte[] nonce)
    {
        XSalsa20Engine cipher = Cipher(key, nonce, out byte[] macKey);
        byte[] box = new byte[TagSize + plain.Length];
        cipher.ProcessBytes(plain, box.AsSpan(TagSize));
        Tag(macKey, box.AsSpan(TagSize)).CopyTo(box, 0);
        return box;
    }

    /// <summary>Null when the tag does not match.</summary>
    private static byte[]? Decrypt(byte[] box, byte[] key, byte[] nonce)
    {
        if (box.Length < TagSize)
        {
            return null;
        }

        XSalsa20Engine cipher = Cipher(key, nonce, out byte[] macKey);
        if (!CryptographicOperations.FixedTimeEquals(Tag(macKey, box.AsSpan(TagSize)), box.AsSpan(0, TagSize)))
        {
            return null;
        }

        byte[] plain = new byte[box.Length - TagSize];
        cipher.ProcessBytes(box.AsSpan(TagSize), plain);
        return plain;
    }

    /// <summary>The stream after its first 32 bytes, which are the key of the tag.</summary>
    private static XSalsa20Engine Cipher(byte[] key, byte[] nonce, out byte[] macKey)
    {
        XSalsa20Engine cipher = new();
        cipher.Init(forEncryption: true, new ParametersWithIV(new KeyParameter(key), nonce));
        macKey = new byte[KeySize];
        cipher.ProcessBytes(new byte[KeySize], macKey);
        return cipher;
    }

    private static byte[] Tag(byte[] macKey, ReadOnlySpan<byte> text)
    {
        Poly1305 mac = new();
        mac.Init(new KeyParameter(macKey));
        mac.BlockUpdate(text);
        byte[] tag = new byte[TagSize];
        mac.DoFinal(tag, 0);
        return tag;
    }
}
