using System.Security.Cryptography;
using System.Text;
using Quai.Oci.Images;

namespace Quai.Trust.Tests.Fuzzing;

/// <summary>What decides about trust: policies, signatures' payloads, keys. What is not understood must not count as good.</summary>
[Collection(FuzzingCollection.Name)]
public sealed class TrustFuzzTests
{
    private static readonly ImageReference s_image = ImageReference.Parse("registry.example:5000/team/app:v1");
    private static readonly Digest s_digest = Digest.Of("manifest"u8);

    [Fact]
    public void A_policy_is_read_or_refused()
    {
        using var signer = SigningKey.Generate();
        string key = Convert.ToBase64String(Encoding.ASCII.GetBytes(signer.ToPublicPem()));
        byte[] policy = Encoding.UTF8.GetBytes($$$$$"""
            {"default":[{"type":"reject"}],"transports":{"docker":{"registry.example:5000":[{"type":"sigstoreSigned","keyData":"{{{{{key}}}}}","signedIdentity":{"type":"remapIdentity","prefix":"a","signedPrefix":"b"}}],
            "*.example":[{"type":"insecureAcceptAnything"}],"registry.example/a":[{"type":"sigstoreSigned","keyDatas":["{{{{{key}}}}}"],"signedIdentity":{"type":"exactRepository","dockerRepository":"a"}}]},"docker-daemon":{"":[{"type":"reject"}]}}}
            """);
        Fuzz.Holds(new Property("policy", input =>
        {
            var read = PolicyReader.Read(input, "policy.json");
            read.NeedsSignatures(s_image);
            Assert.All(read.Scopes.Values.Append(read.Default), Assert.NotEmpty);
        })
        {
            Seeds = [policy], Always = JsonMutator.EveryValue(policy), Mutate = JsonMutator.Mutate,
        });
    }

    [Fact]
    public void A_payload_is_read_or_refused()
    {
        byte[] payload = new SimpleSigning("registry.example/team/app", s_digest).ToPayload();
        Fuzz.Holds(new Property("signature-payload", input =>
        {
            var read = SimpleSigning.Read(input);
            read.IsFor(s_image.Name);
            Assert.Equal(read, SimpleSigning.Read(read.ToPayload()));
        })
        {
            Seeds = [payload], Always = JsonMutator.EveryValue(payload), Mutate = JsonMutator.Mutate,
        });
    }

    [Fact]
    public void A_changed_signature_is_never_good()
    {
        using var signer = SigningKey.Generate();
        var key = VerificationKey.FromPem(signer.ToPublicPem(), "key");
        ImageSignature signature = signer.Sign(new SimpleSigning(s_image.Name, s_digest));
        byte[] whole = [.. signature.Signature, .. signature.Payload];
        Fuzz.Holds(new Property("signature", input =>
        {
            int length = Math.Min(signature.Signature.Length, input.Length);
            if (key.Verifies(new ImageSignature(input[length..], input[..length])))
            {
                // Another encoding of the same two numbers would be no forgery; another payload is.
                Assert.Equal(signature.Payload, input[length..]);
            }
        })
        {
            Seeds = [whole],
        });
    }

    [Fact]
    public void A_public_key_is_read_or_refused()
    {
        using var signer = SigningKey.Generate();
        using var rsa = RSA.Create(2048);
        Fuzz.Holds(new Property("public-key", input => VerificationKey.FromPem(Encoding.UTF8.GetString(input), "key").Verifies(new ImageSignature([1], [2])))
        {
            Seeds = TextMutator.Seeds(signer.ToPublicPem(), rsa.ExportSubjectPublicKeyInfoPem(), "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n"),
            Mutate = Pem,
        });
    }

    [Fact]
    public void A_private_key_is_read_or_refused()
    {
        using var signer = SigningKey.Generate();
        using var curve = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var rsa = RSA.Create(2048);
        string sealedKey = $$$$$"""{"kdf":{"name":"scrypt","params":{"N":2,"r":1,"p":1},"salt":"{{{{{Convert.ToBase64String(new byte[32])}}}}}"},"cipher":{"name":"nacl/secretbox","nonce":"{{{{{Convert.ToBase64String(new byte[24])}}}}}"},"ciphertext":"{{{{{Convert.ToBase64String(new byte[64])}}}}}"}""";
        byte[] box = Encoding.UTF8.GetBytes(sealedKey);
        Fuzz.Holds(new Property("private-key", input => SigningKey.FromPem(Encoding.UTF8.GetString(input), "password", "key").Dispose())
        {
            Seeds = TextMutator.Seeds(curve.ExportPkcs8PrivateKeyPem(), curve.ExportECPrivateKeyPem(), rsa.ExportPkcs8PrivateKeyPem(), Sealed(box)),
            Always = JsonMutator.EveryValue(box).Where(json => json.Length < 10_000).Select(json => Encoding.UTF8.GetBytes(Sealed(json))),
            Mutate = Pem,

            // Scrypt is made to take its time and memory; a file may ask for 16 GiB at most, which is refused, and what is left is what cosign asks for.
            MaxAllocation = 160 << 20, MaxTime = TimeSpan.FromSeconds(10),
        });
    }

    private static string Sealed(byte[] json) => PemEncoding.WriteString("ENCRYPTED SIGSTORE PRIVATE KEY", json);

    /// <summary>Changes what is in the armour as often as the armour itself.</summary>
    private static byte[] Pem(Random random, byte[] pem)
    {
        string text = Encoding.UTF8.GetString(pem);
        if (random.Next(4) == 0 || !PemEncoding.TryFind(text, out PemFields fields))
        {
            return ByteMutator.Mutate(random, pem);
        }

        byte[] inner = Convert.FromBase64String(text[fields.Base64Data]);
        string label = random.Next(12) == 0 ? "EC PRIVATE KEY" : text[fields.Label];
        return Encoding.UTF8.GetBytes(PemEncoding.WriteString(label, inner.AsSpan().StartsWith("{"u8) ? JsonMutator.Mutate(random, inner) : ByteMutator.Mutate(random, inner)));
    }
}
