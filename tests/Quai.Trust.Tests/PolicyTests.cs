using System.Text;
using Quai.Errors;
using Quai.Oci.Images;
using Quai.Trust;
using Xunit;

namespace Quai.Trust.Tests;

public sealed class PolicyTests : IDisposable
{
    private static readonly Digest Manifest = Digest.Of("manifest"u8), Other = Digest.Of("other"u8);

    private readonly SigningKey _key = SigningKey.Generate();
    private readonly SigningKey _stranger = SigningKey.Generate();

    public void Dispose()
    {
        _key.Dispose();
        _stranger.Dispose();
    }

    [Theory]
    [InlineData("registry.example:5000/team/app:v1", "registry.example:5000/team/app:v1", "registry.example:5000/team/app", "registry.example:5000/team", "registry.example:5000", "*.example", "")]
    [InlineData("REG.example/app:v1", "reg.example/app:v1", "reg.example/app", "reg.example", "*.example", "REG.example/app:v1", "REG.example/app", "REG.example", "*.example", "")]
    [InlineData("busybox", "docker.io/library/busybox:latest", "docker.io/library/busybox", "docker.io/library", "docker.io", "*.io", "")]
    public void Scopes_go_from_the_exact_to_all(string image, params string[] scopes) =>
        Assert.Equal(scopes, SignaturePolicy.ScopesOf(ImageReference.Parse(image).WithDefaultTag()));

    [Fact]
    public void The_most_exact_scope_decides()
    {
        SignaturePolicy policy = Read($$"""
            {
              "default": [{ "type": "reject" }],
              "transports": { "docker": {
                "registry.example": [{ "type": "reject" }],
                "registry.example/open": [{ "type": "insecureAcceptAnything" }],
                "registry.example/open/not": [{ "type": "reject" }],
                "*.example": [{ "type": "insecureAcceptAnything" }]
              } }
            }
            """);
        Pass(policy, "registry.example/open/app");
        Pass(policy, "sub.example/app");
        Assert.Contains("scope \"registry.example/open/not\" are rejected", Refused(policy, "registry.example/open/not:v1"), StringComparison.Ordinal);
        Assert.Contains("rejected", Refused(policy, "registry.example/app"), StringComparison.Ordinal);
        Assert.Contains("scope \"default\"", Refused(policy, "busybox"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_signature_by_the_key_for_this_image_is_needed()
    {
        SignaturePolicy policy = SignedBy(_key);
        SimpleSigning document = new("registry.example/app", Manifest);
        Pass(policy, "registry.example/app:v1", _key.Sign(document));
        Pass(policy, "registry.example/app:v1", _stranger.Sign(document), _key.Sign(document));
        Assert.Contains("is not signed", Refused(policy, "registry.example/app:v1"), StringComparison.Ordinal);
        Assert.Contains("none of the image's 1 signatures", Refused(policy, "registry.example/app:v1", _stranger.Sign(document)), StringComparison.Ordinal);
        Assert.Contains("another image", Refused(policy, "registry.example/app:v1", _key.Sign(document with { Digest = Other })), StringComparison.Ordinal);
        Assert.Contains("another image", Refused(policy, "registry.example/other:v1", _key.Sign(document)), StringComparison.Ordinal);
        Assert.Contains("another image", Refused(policy, "registry.example/app:v1", _key.Sign(document with { Identity = "registry.example/app:v2" })), StringComparison.Ordinal);
    }

    [Fact]
    public void All_requirements_of_a_scope_must_be_met()
    {
        SignaturePolicy policy = Read($$"""{ "default": [{{Requirement(_key)}}, {{Requirement(_stranger)}}] }""");
        SimpleSigning document = new("docker.io/library/busybox", Manifest);
        Refused(policy, "busybox", _key.Sign(document));
        Pass(policy, "busybox", _key.Sign(document), _stranger.Sign(document));
    }

    [Theory]
    [InlineData("""{ "type": "matchExact" }""", "registry.example/app:v1", true)]
    [InlineData("""{ "type": "matchExact" }""", "registry.example/app", false)]
    [InlineData("""{ "type": "matchRepository" }""", "registry.example/app", true)]
    [InlineData("""{ "type": "exactRepository", "dockerRepository": "upstream.example/app" }""", "upstream.example/app", true)]
    [InlineData("""{ "type": "exactReference", "dockerReference": "upstream.example/app:v1" }""", "upstream.example/app:v1", true)]
    [InlineData("""{ "type": "exactReference", "dockerReference": "upstream.example/app:v1" }""", "upstream.example/app:v2", false)]
    [InlineData("""{ "type": "remapIdentity", "prefix": "registry.example", "signedPrefix": "upstream.example/team" }""", "upstream.example/team/app", true)]
    [InlineData("""{ "type": "remapIdentity", "prefix": "registry.exa", "signedPrefix": "upstream.example/team" }""", "upstream.example/team/app", false)]
    public void The_identity_rule_decides_whose_words_count(string rule, string signed, bool good)
    {
        SignaturePolicy policy = Read($$"""{ "default": [{ "type": "sigstoreSigned", "keyData": "{{KeyData(_key)}}", "signedIdentity": {{rule}} }] }""");
        ImageSignature signature = _key.Sign(new SimpleSigning(signed, Manifest));
        if (good)
        {
            Pass(policy, "registry.example/app:v1", signature);
        }
        else
        {
            Refused(policy, "registry.example/app:v1", signature);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("""{ "default": [] }""")]
    [InlineData("""{ "default": [{ "type": "allow" }] }""")]
    [InlineData("""{ "default": [{ "type": "reject", "keyPath": "x" }] }""")]
    [InlineData("""{ "default": [{ "type": "sigstoreSigned" }] }""")]
    [InlineData("""{ "default": [{ "type": "sigstoreSigned", "keyPath": "/nowhere/key.pub" }] }""")]
    [InlineData("""{ "default": [{ "type": "sigstoreSigned", "keyData": "bm90aGluZw==" }] }""")]
    [InlineData("""{ "default": [{ "type": "signedBy", "keyType": "GPGKeys", "keyPath": "/x" }] }""")]
    [InlineData("""{ "default": [{ "type": "reject" }], "defaults": [] }""")]
    [InlineData("""{ "default": [{ "type": "reject" }], "default": [{ "type": "insecureAcceptAnything" }] }""")]
    [InlineData("""{ "default": [{ "type": "reject" }], "transports": { "docker": [] } }""")]
    public void What_is_not_understood_is_no_policy(string text) => Assert.Contains("policy.json", Assert.Throws<QuaiException>(() => Read(text)).Message, StringComparison.Ordinal);

    private static string KeyData(SigningKey key) => Convert.ToBase64String(Encoding.ASCII.GetBytes(key.ToPublicPem()));

    private static string Requirement(SigningKey key) => $$"""{ "type": "sigstoreSigned", "keyData": "{{KeyData(key)}}" }""";

    private static SignaturePolicy SignedBy(SigningKey key) => Read($$"""{ "default": [{{Requirement(key)}}] }""");

    private static SignaturePolicy Read(string text) => PolicyReader.Read(Encoding.UTF8.GetBytes(text), "policy.json");

    private static void Pass(SignaturePolicy policy, string image, params ImageSignature[] signatures) =>
        policy.Check(ImageReference.Parse(image).WithDefaultTag(), [Manifest], signatures);

    private static string Refused(SignaturePolicy policy, string image, params ImageSignature[] signatures)
    {
        QuaiException e = Assert.Throws<QuaiException>(() => Pass(policy, image, signatures));
        Assert.Equal(ErrorKind.Forbidden, e.Kind);
        Assert.StartsWith($"image {ImageReference.Parse(image).WithDefaultTag().Familiar} is refused by the policy policy.json: ", e.Message, StringComparison.Ordinal);
        return e.Message;
    }
}
