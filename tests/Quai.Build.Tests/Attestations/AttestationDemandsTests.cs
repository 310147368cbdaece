using Quai.Build.Attestations;
using Quai.Errors;

namespace Quai.Build.Tests.Attestations;

public sealed class AttestationDemandsTests
{
    [Fact]
    public void What_is_asked_for_is_read()
    {
        AttestationDemands demands = Read(("attest:provenance", "type=provenance,mode=min,version=v1,builder-id=https://a/b,reproducible=true"), ("attest:sbom", "generator=a/b:1,level=2"), ("target", "x"));
        Assert.Equal(new ProvenanceDemand { IsComplete = false, IsVersion1 = true, BuilderId = "https://a/b", IsReproducible = true }, demands.Provenance);
        Assert.Equal(("a/b:1", "2"), (demands.Bill!.Generator!.Familiar, demands.Bill.Parameters["level"]));
        Assert.Equal(new ProvenanceDemand(), Read(("attest:provenance", "")).Provenance);
        Assert.Null(Read(("attest:sbom", "type=sbom")).Bill!.Generator);
    }

    [Fact]
    public void What_clients_ask_for_by_themselves_makes_no_other_image()
    {
        Assert.Null(Read(("attest:provenance", "mode=min,inline-only=true")).Provenance);
        Assert.True(Read(("attest:provenance", "type=provenance,mode=min,inline-only=true")).Provenance!.IsInlineOnly);
        Assert.Equal(AttestationDemands.None, Read(("attest:provenance", "type=provenance,disabled=true"), ("attest:sbom", "disabled=true")));
    }

    [Theory]
    [InlineData("attest:other", "", "unknown attestation type \"other\"")]
    [InlineData("attest:provenance", "mode=x", "invalid mode \"x\"")]
    [InlineData("attest:provenance", "version=v3", "invalid provenance SLSA version: v3")]
    [InlineData("attest:provenance", "reproducible=x", "failed to parse reproducible flag \"x\"")]
    [InlineData("attest:provenance", "filename=../x", "invalid filename")]
    [InlineData("attest:provenance", "level=2", "unknown field level")]
    [InlineData("attest:sbom", "generator=", "sbom generator cannot be empty")]
    [InlineData("attest:sbom", "generator=A B", "failed to parse sbom generator")]
    [InlineData("attest:sbom", "level=2", "unknown field level of sbom")]
    [InlineData("attest:sbom", "x", "invalid value x")]
    public void What_is_wrong_is_said(string name, string value, string problem) =>
        Assert.Contains(problem, Assert.ThrowsAny<QuaiException>(() => Read((name, value))).Message, StringComparison.Ordinal);

    private static AttestationDemands Read(params (string Name, string Value)[] attributes) => AttestationDemands.Read(attributes.Select(a => KeyValuePair.Create(a.Name, a.Value)));
}
