using System.Security.Cryptography;
using System.Text;
using Quai.Errors;
using Quai.Oci.Images;
using Quai.Trust;
using Xunit;

namespace Quai.Trust.Tests;

public sealed class SignatureTests
{
    private static readonly Digest Image = Digest.Of("manifest"u8);

    [Fact]
    public void What_is_signed_is_cosigns_document()
    {
        string payload = Encoding.UTF8.GetString(new SimpleSigning("registry.example/team/app", Image).ToPayload());
        Assert.Equal(
            $$"""{"critical":{"identity":{"docker-reference":"registry.example/team/app"},"image":{"docker-manifest-digest":"{{Image}}"},"type":"cosign container image signature"},"optional":null}""",
            payload);
        var read = SimpleSigning.Read(Encoding.UTF8.GetBytes(payload));
        Assert.Equal(("registry.example/team/app", Image), (read.Identity, read.Digest));
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{\"critical\":{\"identity\":{\"docker-reference\":\"a\"},\"image\":{\"docker-manifest-digest\":\"sha256:12\"},\"type\":\"cosign container image signature\"}}")]
    [InlineData("{\"critical\":{\"type\":\"something else\"}}")]
    [InlineData("{\"critical\":{\"type\":\"cosign container image signature\",\"new\":1}}")]
    public void Anything_else_is_refused(string payload) => Assert.Throws<QuaiException>(() => SimpleSigning.Read(Encoding.UTF8.GetBytes(payload)));

    [Fact]
    public void A_signature_is_good_for_its_key_and_its_words_only()
    {
        using var mine = SigningKey.Generate();
        using var other = SigningKey.Generate();
        ImageSignature signature = mine.Sign(new SimpleSigning("registry.example/app", Image));
        var key = VerificationKey.FromPem(mine.ToPublicPem(), "mine");
        Assert.True(key.Verifies(signature));
        Assert.False(VerificationKey.FromPem(other.ToPublicPem(), "other").Verifies(signature));
        Assert.False(key.Verifies(signature with { Payload = [.. signature.Payload, (byte)' '] }));
        Assert.False(key.Verifies(signature with { Signature = [1, 2, 3] }));
        Assert.False(key.Verifies(signature with { Signature = [] }));
    }

    [Fact]
    public void A_key_survives_cosigns_encryption_and_its_password_is_needed()
    {
        using var key = SigningKey.Generate();
        string pem = key.ToCosignPem("secret");
        Assert.StartsWith("-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----", pem, StringComparison.Ordinal);
        using var again = SigningKey.FromPem(pem, "secret", "key");
        Assert.Equal(key.ToPublicPem(), again.ToPublicPem());
        Assert.Contains("password is wrong", Assert.Throws<QuaiException>(() => SigningKey.FromPem(pem, "Secret", "key")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Keys_of_other_programs_are_read()
    {
        using var curve = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var rsa = RSA.Create(2048);
        PbeParameters protection = new(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000);
        (string Pem, string Public)[] keys =
        [
            (curve.ExportPkcs8PrivateKeyPem(), curve.ExportSubjectPublicKeyInfoPem()),
            (curve.ExportECPrivateKeyPem(), curve.ExportSubjectPublicKeyInfoPem()),
            (curve.ExportEncryptedPkcs8PrivateKeyPem("pw", protection), curve.ExportSubjectPublicKeyInfoPem()),
            (rsa.ExportPkcs8PrivateKeyPem(), rsa.ExportSubjectPublicKeyInfoPem()),
            (rsa.ExportEncryptedPkcs8PrivateKeyPem("pw", protection), rsa.ExportSubjectPublicKeyInfoPem()),
        ];
        foreach ((string pem, string open) in keys)
        {
            using var key = SigningKey.FromPem(pem, "pw", "key");
            Assert.True(VerificationKey.FromPem(open, "public").Verifies(key.Sign(new SimpleSigning("a/b", Image))));
        }

        Assert.Throws<QuaiException>(() => SigningKey.FromPem(keys[2].Pem, "other", "key"));
        Assert.Throws<QuaiException>(() => SigningKey.FromPem("nothing", "", "key"));
        Assert.Throws<QuaiException>(() => VerificationKey.FromPem(keys[0].Pem, "key"));
    }

    [Fact]
    public void An_ed25519_signature_is_verified()
    {
        const string Key = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n-----END PUBLIC KEY-----\n";

        // RFC 8032, section 7.1, test 1: the empty message.
        byte[] signature = Convert.FromHexString(
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b");
        var key = VerificationKey.FromPem(Key, "key");
        Assert.True(key.Verifies(new ImageSignature([], signature)));
        Assert.False(key.Verifies(new ImageSignature([1], signature)));
    }
}
