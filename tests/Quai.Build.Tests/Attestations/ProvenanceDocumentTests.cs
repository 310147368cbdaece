using System.Text;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Quai.Build.Attestations;
using Quai.Build.Attestations.Provenance;
using Quai.BuildProtocol.Llb;
using Quai.Oci.Images;
using Platform = Quai.Oci.Images.Platform;

namespace Quai.Build.Tests.Attestations;

public sealed class ProvenanceDocumentTests
{
    private static readonly string s_hash = new('a', 64);

    [Fact]
    public void The_least_says_where_it_came_from_and_no_values() => Same(
        $$"""
        {
          "builder": { "id": "me" },
          "buildType": "https://mobyproject.org/buildkit@v1",
          "materials": [
            { "uri": "pkg:docker/a/base@1?platform=linux%2Famd64", "digest": { "sha256": "{{s_hash}}" } },
            { "uri": "https://xxxxx:xxxxx@host/r.git#main", "digest": { "sha1": "0123" } },
            { "uri": "https://host/f", "digest": { "sha256": "{{s_hash}}" } }
          ],
          "invocation": {
            "configSource": { "uri": "https://xxxxx:xxxxx@host/r.git#main", "digest": { "sha1": "0123" }, "entryPoint": "Dockerfile" },
            "parameters": { "frontend": "dockerfile.v0", "args": { "target": "t" }, "locals": [{ "name": "context" }] },
            "environment": { "platform": "{{Platform.Host}}" }
          },
          "metadata": {
            "buildInvocationID": "id",
            "buildStartedOn": "2026-01-02T03:04:05.0000000Z",
            "buildFinishedOn": "2026-01-02T03:04:06.5000000Z",
            "completeness": { "parameters": false, "environment": true, "materials": false },
            "reproducible": false,
            "https://mobyproject.org/buildkit@v1#metadata": { "vcs": { "revision": "r" } }
          }
        }
        """,
        new ProvenanceDemand { IsComplete = false, BuilderId = "me" },
        Facts(Op(SourceOf("docker-image://a/base:1"))));

    [Fact]
    public void All_of_version_1_has_the_graph_with_its_lines_and_layers()
    {
        Op image = SourceOf("docker-image://a/base:1"), run = new()
        {
            Inputs = { new Input { Digest = DigestOf(image) } },
            Exec = new ExecOp
            {
                Meta = new Meta { Args = { "sh", "-c", "true > /x" }, Cwd = "/" },
                Mounts = { new Mount { Dest = "/" }, new Mount { Dest = "/s", Input = -1, Output = -1, MountType = MountType.Secret, SecretOpt = new SecretOpt { ID = "token", Mode = 256 } } },
                Network = NetMode.None,
            },
        };
        Definition graph = Op(image, run);
        graph.Source = new Source
        {
            Infos = { new SourceInfo { Filename = "Dockerfile", Language = "Dockerfile", Data = ByteString.CopyFromUtf8("FROM a") } },
            Locations = { [DigestOf(run)] = new Locations { Locations_ = { new Location { Ranges = { new BuildProtocol.Llb.Range { Start = new Position { Line = 2 }, End = new Position { Line = 2 } } } } } } },
        };
        ProvenanceFacts facts = Facts(graph) with
        {
            Layers = new Dictionary<(string, int), IReadOnlyList<Descriptor>> { [(DigestOf(run), 0)] = [new Descriptor { MediaType = "m", Digest = "sha256:" + s_hash, Size = 3 }] },
        };
        facts.Materials.AddSecret("token", isOptional: false);
        Same(
            $$"""
            {
              "buildDefinition": {
                "buildType": "https://github.com/moby/buildkit/blob/master/docs/attestations/slsa-definitions.md",
                "resolvedDependencies": [
                  { "uri": "pkg:docker/a/base@1?platform=linux%2Famd64", "digest": { "sha256": "{{s_hash}}" } },
                  { "uri": "https://xxxxx:xxxxx@host/r.git#main", "digest": { "sha1": "0123" } },
                  { "uri": "https://host/f", "digest": { "sha256": "{{s_hash}}" } }
                ],
                "externalParameters": {
                  "configSource": { "uri": "https://xxxxx:xxxxx@host/r.git#main", "digest": { "sha1": "0123" }, "path": "Dockerfile" },
                  "request": {
                    "frontend": "dockerfile.v0",
                    "args": { "build-arg:A": "b", "target": "t" },
                    "secrets": [{ "id": "token" }],
                    "locals": [{ "name": "context" }]
                  }
                },
                "internalParameters": {
                  "buildConfig": {
                    "llbDefinition": [
                      { "id": "step0", "op": { "Op": { "source": { "identifier": "docker-image://a/base:1", "attrs": { "kept": "k" } } }, "constraints": {} } },
                      {
                        "id": "step1",
                        "op": {
                          "Op": {
                            "exec": {
                              "meta": { "args": ["sh", "-c", "true > /x"], "cwd": "/" },
                              "mounts": [{ "dest": "/" }, { "input": -1, "dest": "/s", "output": -1, "mountType": 1, "secretOpt": { "ID": "token", "mode": 256 } }],
                              "network": 2
                            }
                          },
                          "constraints": {}
                        },
                        "inputs": ["step0:0"]
                      },
                      { "id": "step2", "op": { "Op": {} }, "inputs": ["step1:0"] }
                    ],
                    "digestMapping": { "{{DigestOf(image)}}": "step0", "{{DigestOf(run)}}": "step1", "{{Digest.Of(graph.Def[^1].Span)}}": "step2" }
                  },
                  "builderPlatform": "{{Platform.Host}}"
                }
              },
              "runDetails": {
                "builder": { "id": "" },
                "metadata": {
                  "invocationId": "id",
                  "startedOn": "2026-01-02T03:04:05.0000000Z",
                  "finishedOn": "2026-01-02T03:04:06.5000000Z",
                  "buildkit_metadata": {
                    "vcs": { "revision": "r" },
                    "source": {
                      "locations": { "step0": {}, "step1": { "locations": [{ "ranges": [{ "start": { "line": 2 }, "end": { "line": 2 } }] }] } },
                      "infos": [{ "filename": "Dockerfile", "language": "Dockerfile", "data": "RlJPTSBh" }]
                    },
                    "layers": { "step1:0": [[{ "mediaType": "m", "digest": "sha256:{{s_hash}}", "size": 3 }]] }
                  },
                  "buildkit_completeness": { "request": true, "resolvedDependencies": false }
                }
              }
            }
            """,
            new ProvenanceDemand { IsVersion1 = true },
            facts);
    }

    [Theory]
    [InlineData("https://me:word@host/r.git", "https://xxxxx:xxxxx@host/r.git")]
    [InlineData("https://token@host/r.git#x", "https://xxxxx@host/r.git#x")]
    [InlineData("ssh://git@host/r.git", "ssh://git@host/r.git")]
    [InlineData("https://host/a@b", "https://host/a@b")]
    [InlineData("git@host:r.git", "git@host:r.git")]
    public void No_address_has_a_password(string address, string shown) => Assert.Equal(shown, SafeAddress.Of(address));

    private static ProvenanceFacts Facts(Definition graph)
    {
        var materials = new BuildMaterials();
        new MaterialSource.OfImage(ImageReference.Parse("a/base:1"), Platform.Parse("linux/amd64"), Digest.Parse("sha256:" + s_hash)).AddTo(materials);
        new MaterialSource.OfCommit("https://xxxxx:xxxxx@host/r.git#main", "0123").AddTo(materials);
        new MaterialSource.OfFile("https://host/f", Digest.Parse("sha256:" + s_hash)).AddTo(materials);
        new MaterialSource.OfDirectory("context").AddTo(materials);
        var use = new FrontendUse("dockerfile.v0", new Dictionary<string, string>
        {
            ["context"] = "https://me:word@host/r.git#main",
            ["filename"] = "Dockerfile",
            ["target"] = "t",
            ["build-arg:A"] = "b",
            ["vcs:revision"] = "r",
            ["platform"] = "linux/amd64",
            ["attest:provenance"] = "mode=max",
        });
        return new ProvenanceFacts(use, materials, graph)
        {
            Invocation = "id",
            StartedAt = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
            FinishedAt = new DateTimeOffset(2026, 1, 2, 3, 4, 6, 500, TimeSpan.Zero),
        };
    }

    private static Op SourceOf(string identifier) => new() { Source = new SourceOp { Identifier = identifier, Attrs = { ["local.session"] = "s", ["kept"] = "k" } } };

    private static Definition Op(params Op[] steps)
    {
        var definition = new Definition();
        definition.Def.Add(steps.Append(new Op { Inputs = { new Input { Digest = DigestOf(steps[^1]) } } }).Select(s => s.ToByteString()));
        return definition;
    }

    private static string DigestOf(Op op) => Digest.Of(op.ToByteArray()).ToString();

    private static void Same(string expected, ProvenanceDemand demand, ProvenanceFacts facts)
    {
        // The digests' order is theirs.
        JsonNode written = JsonNode.Parse(Encoding.UTF8.GetString(ProvenanceDocument.Write(facts, demand)))!;
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), written), written.ToJsonString());
    }
}
