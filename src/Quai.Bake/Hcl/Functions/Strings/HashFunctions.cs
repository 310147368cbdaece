using System.Security.Cryptography;
using System.Text;
using Org.BouncyCastle.Crypto.Generators;
using Quai.Bake.Values;

namespace Quai.Bake.Hcl.Functions.Strings;

/// <summary>Functions of cryptography, and unique identifiers.</summary>
internal static class HashFunctions
{
    private const int DefaultCost = 10, LowestCost = 4, HighestCost = 12;

    public static void AddTo(FunctionTable table)
    {
#pragma warning disable CA5350, CA5351 // What the functions are named after; they protect nothing here.
        table.Add("md5", "str:string", a => Hex(MD5.HashData(Bytes(a[0]))));
        table.Add("sha1", "str:string", a => Hex(SHA1.HashData(Bytes(a[0]))));
#pragma warning restore CA5350, CA5351
        table.Add("sha256", "str:string", a => Hex(SHA256.HashData(Bytes(a[0]))));
        table.Add("sha512", "str:string", a => Hex(SHA512.HashData(Bytes(a[0]))));
        table.Add("bcrypt", "str:string ...cost:number", Bcrypt);
        table.Add("rsadecrypt", "ciphertext:string privatekey:string", a => Value.String(Decrypt(a[0].AsString, a[1].AsString)));
        table.Add("uuidv4", "", _ => Value.String(Guid.NewGuid().ToString()));
        table.Add("uuidv5", "namespace:string name:string", a => Value.String(UuidOfName(a[0].AsString, a[1].AsString)));
    }

    private static byte[] Bytes(Value text) => Encoding.UTF8.GetBytes(text.AsString);

    private static Value Hex(byte[] hash) => Value.String(Convert.ToHexStringLower(hash));

    private static Value Bcrypt(Value[] a)
    {
        if (a.Length > 2)
        {
            throw new FunctionException("bcrypt() takes no more than two arguments");
        }

        int cost = a.Length == 2 ? StringFunctions.Whole(a[1]) : DefaultCost;
        if (cost is < LowestCost or > HighestCost)
        {
            // Each one doubles the time: a file is not to keep its reader busy for minutes.
            cost = cost < LowestCost ? DefaultCost : throw new FunctionException($"the cost must not be greater than {HighestCost}", 1);
        }

        byte[] password = Bytes(a[0]);
        if (password.Length > 72 || password.Contains((byte)0))
        {
            throw new FunctionException("error occurred generating password bcrypt: password length exceeds 72 bytes");
        }

        return Value.String(OpenBsdBCrypt.Generate("2a", a[0].AsString.ToCharArray(), RandomNumberGenerator.GetBytes(16), cost));
    }

    private static string Decrypt(string text, string key)
    {
        byte[] bytes;
        try
        {
            bytes = EncodingFunctions.Base64Bytes(text);
        }
        catch (FunctionException)
        {
            throw new FunctionException($"failed to decode input \"{text}\": cipher text must be base64-encoded");
        }

        try
        {
            using RSA rsa = RSA.Create();
            rsa.ImportFromPem(key);
            return Encoding.UTF8.GetString(rsa.Decrypt(bytes, RSAEncryptionPadding.Pkcs1));
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            throw new FunctionException(e is ArgumentException ? "failed to parse key: no key found" : "failed to decrypt: decryption error");
        }
    }

    private static string UuidOfName(string space, string name)
    {
        byte[] id = Guid.TryParse(space, out Guid guid) ? guid.ToByteArray(bigEndian: true) : Namespace(space);
#pragma warning disable CA5350 // The hash that this kind of identifier is made of.
        byte[] hash = SHA1.HashData([.. id, .. Encoding.UTF8.GetBytes(name)])[..16];
#pragma warning restore CA5350
        hash[6] = (byte)((hash[6] & 0x0f) | 0x50);
        hash[8] = (byte)((hash[8] & 0x3f) | 0x80);
        return new Guid(hash, bigEndian: true).ToString();
    }

    private static byte[] Namespace(string name)
    {
        int number = name switch
        {
            "dns" => 0x10,
            "url" => 0x11,
            "oid" => 0x12,
            "x500" => 0x14,
            _ => throw new FunctionException($"uuidv5() doesn't support namespace {name} ({(name.Length == 36 ? "invalid UUID format" : $"invalid UUID length: {name.Length}")})"),
        };
        return new Guid($"6ba7b8{number:x2}-9dad-11d1-80b4-00c04fd430c8").ToByteArray(bigEndian: true);
    }
}
