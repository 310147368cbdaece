using System.Text.Json.Nodes;

namespace Quai.EndToEnd.Tests.Builds;

/// <summary>
/// What builds attest of their results. Docker makes attestations only where images are in containerd's store; what its documents say there was compared with, and
/// this is how images with attestations live here.
/// </summary>
public sealed class AttestationTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    private const string Installs = """
        FROM BASE AS tools
        ARG BUILDKIT_SBOM_SCAN_STAGE=true
        RUN mkdir -p /lib/apk/db && printf 'P:musl\nV:1.2\nA:x86_64\n' > /lib/apk/db/installed && echo made > /made
        FROM BASE
        ARG WHO=nobody
        COPY --from=tools /made /made
        RUN --mount=type=secret,id=tok cat /run/secrets/tok > /dev/null && mkdir -p /var/lib/dpkg && printf 'Package: libc6\nStatus: install ok installed\nVersion: 2.36\n' > /var/lib/dpkg/status
        """;

    private readonly DockerClient _quai = new(engine.Host, Path.Combine(engine.Root, "quai-config"), Path.Combine(TestEnvironment.BinDirectory, "quai"));

    [QuaidFact]
    public async Task A_pushed_image_has_them_beside_it_and_is_an_image_as_any()
    {
        await using DebianRegistry registry = await DebianRegistry.StartAsync(engine.Scratch(Guid.NewGuid().ToString("n")));
        BuildFolder folder = new BuildFolder(engine).Write("tok", "s3cr3t").Write(".dockerignore", "tok\n").Dockerfile(Installs);
        string name = $"{registry.Address}/attested/app:1", secret = $"--secret id=tok,src={folder.Folder}/tok";
        (string id, string output) = await folder.BuildAsync($"{secret} --build-arg WHO=me --provenance=mode=max,builder-id=https://me --sbom=true -t {name}");
        Assert.Contains("exporting attestation manifest sha256:", output, StringComparison.Ordinal);
        Assert.Equal(id, await folder.Client.OkAsync($"image inspect -f {{{{.Id}}}} {name}"));
        Assert.Equal("made", await folder.Client.OkAsync($"run --rm {name} cat /made"));
        await folder.Client.OkAsync($"push {name}");

        string provenance = await folder.Client.OkAsync($"buildx imagetools inspect --format '{{{{json .Provenance}}}}' {name}");
        JsonNode told = JsonNode.Parse(provenance)!["SLSA"]!;
        Assert.Equal("https://me", (string)told["builder"]!["id"]!);
        Assert.StartsWith($"pkg:docker/{BusyboxImage.Name.Split(':')[0]}", (string)told["materials"]![0]!["uri"]!, StringComparison.Ordinal);
        Assert.Equal("me", (string)told["invocation"]!["parameters"]!["args"]!["build-arg:WHO"]!);
        Assert.Equal("tok", (string)told["invocation"]!["parameters"]!["secrets"]![0]!["id"]!);
        Assert.DoesNotContain("s3cr3t", provenance, StringComparison.Ordinal);
        string bill = await folder.Client.OkAsync($"buildx imagetools inspect --format '{{{{json .SBOM}}}}' {name}");
        Assert.Contains("pkg:deb/debian/libc6@2.36", bill, StringComparison.Ordinal);
        Assert.Contains("pkg:apk/alpine/musl@1.2?arch=x86_64", bill, StringComparison.Ordinal);

        // Saved, removed, loaded, pulled: it is the image, and nobody takes what is attested for one.
        string archive = Path.Combine(folder.Folder, "saved.tar");
        await folder.Client.OkAsync($"save -o {archive} {name}");
        await folder.Client.OkAsync($"rmi {name}");
        await folder.Client.OkAsync($"load -i {archive}");
        Assert.Equal("made", await folder.Client.OkAsync($"run --rm {name} cat /made"));
        await folder.Client.OkAsync($"rmi {name}");
        await folder.Client.OkAsync($"pull {name}");
        Assert.Equal(id, await folder.Client.OkAsync($"image inspect -f {{{{.Id}}}} {name}"));
        Assert.Equal("made", await folder.Client.OkAsync($"run --rm {name} cat /made"));
        Assert.Equal(name, await folder.Client.OkAsync($"images --format {{{{.Repository}}}}:{{{{.Tag}}}} {name}"));
        await folder.Client.OkAsync($"rmi {name}");
    }

    [QuaidFact]
    public async Task Without_being_asked_an_image_is_what_it_was_and_its_record_tells_all()
    {
        BuildFolder folder = new BuildFolder(engine).Dockerfile("FROM BASE\nRUN echo plain > /p");
        (string id, string output) = await folder.BuildAsync("-t plain:1");
        (string same, _) = await folder.BuildAsync("-t plain:2 --provenance=false");
        Assert.Equal(id, same);
        Assert.DoesNotContain("attestation", output, StringComparison.Ordinal);
        Assert.DoesNotContain("manifest list", output, StringComparison.Ordinal);
        await folder.BuildAsync("-t plain:1");
        JsonNode record = JsonNode.Parse(await folder.Client.OkAsync("buildx history inspect attachment --type provenance"))!;
        Assert.Equal("dockerfile.v0", (string)record["invocation"]!["parameters"]!["frontend"]!);
        Assert.NotNull(record["buildConfig"]!["llbDefinition"]![1]!["op"]!["Op"]!["exec"]);
        Assert.Contains("pkg:docker/", await folder.Client.OkAsync("buildx history inspect"), StringComparison.Ordinal);
    }

    [QuaidFact]
    public async Task Files_have_them_beside_them()
    {
        BuildFolder folder = new BuildFolder(engine).Write("a", "1").Dockerfile("FROM scratch\nCOPY a /a\n");
        string files = engine.Scratch(engine.Name("files"));
        (await folder.RunAsync($"--provenance=version=v1,mode=min --sbom=true -o type=local,dest={files},attestation-prefix=x-")).Succeeded();
        Assert.Equal(["a", "x-provenance.json", "x-sbom.spdx.json"], Directory.EnumerateFiles(files).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        JsonNode statement = JsonNode.Parse(await File.ReadAllTextAsync($"{files}/x-provenance.json"))!;
        Assert.Equal(("https://slsa.dev/provenance/v1", "a"), ((string)statement["predicateType"]!, (string)statement["subject"]![0]!["name"]!));
        string archive = Path.Combine(files, "oci.tar");
        (await folder.RunAsync($"--provenance=true -o type=oci,dest={archive}")).Succeeded();
        string entries = (await RunningCommand.RunAsync("tar", ["-xOf", archive, "--wildcards", "blobs/sha256/*"])).Stdout;
        Assert.Contains("attestation-manifest", entries, StringComparison.Ordinal);
    }

    [QuaidFact]
    public async Task A_generator_is_run_by_BuildKits_protocol()
    {
        BuildFolder generator = new BuildFolder(engine).Write("scan", """
            #!/bin/sh
            case "$BUILDKIT_SCAN_mode" in
            fail) exit 3 ;;
            junk) echo junk > $BUILDKIT_SCAN_DESTINATION/sbom.spdx.json; exit ;;
            esac
            touch $BUILDKIT_SCAN_SOURCE/w 2>/dev/null && exit 4
            for s in $BUILDKIT_SCAN_SOURCE $BUILDKIT_SCAN_SOURCE_EXTRAS*; do
              printf '{"_type":"https://in-toto.io/Statement/v0.1","predicateType":"https://spdx.dev/Document","predicate":{"made":"%s"}}' "$(cat $s/made)" > $BUILDKIT_SCAN_DESTINATION/$(basename $s).spdx.json
            done
            """).Dockerfile("FROM BASE\nCOPY scan /scan\nENTRYPOINT [\"/bin/sh\", \"/scan\"]\n");
        await generator.BuildAsync("-t gen:1");
        BuildFolder folder = new BuildFolder(engine).Dockerfile("""
            FROM BASE AS tools
            ARG BUILDKIT_SBOM_SCAN_STAGE=true
            RUN echo inner > /made
            FROM BASE
            COPY --from=tools /made /copied
            RUN echo outer > /made
            """);
        string files = engine.Scratch(engine.Name("generated"));
        (await folder.RunAsync($"--sbom=generator=gen:1 -o type=local,dest={files}")).Succeeded();
        Assert.Contains("\"outer\"", await File.ReadAllTextAsync($"{files}/sbom.spdx.json"), StringComparison.Ordinal);
        Assert.Contains("\"inner\"", await File.ReadAllTextAsync($"{files}/sbom-tools.spdx.json"), StringComparison.Ordinal);
        foreach ((string mode, string problem) in ((string, string)[])[("fail", "sbom generator gen:1 failed"), ("junk", "which is no JSON")])
        {
            CommandResult failed = await folder.RunAsync($"--attest type=sbom,generator=gen:1,mode={mode} -t halfmade:1");
            Assert.NotEqual(0, failed.ExitCode);
            Assert.Contains(problem, failed.Stderr, StringComparison.Ordinal);
        }

        Assert.Equal("", await folder.Client.OkAsync("images -q halfmade"));
    }

    [QuaidFact]
    public async Task Quai_and_bake_files_ask_for_them_too()
    {
        BuildFolder folder = new BuildFolder(engine).Write("a", "1").Dockerfile("FROM scratch\nCOPY a /a\n");
        string files = engine.Scratch(engine.Name("quai-attested"));
        (await _quai.RunAsync($"build --provenance=mode=max --attest type=sbom -o {files}/built {folder.Folder}")).Succeeded();
        Assert.Equal(["a", "provenance.json", "sbom.spdx.json"], Directory.EnumerateFiles(files + "/built").Select(Path.GetFileName).Order(StringComparer.Ordinal));
        folder.Write("docker-bake.hcl", $$"""
            target "default" {
              context = "{{folder.Folder}}"
              attest = ["type=provenance,builder-id=baked", "type=sbom,disabled=true"]
              output = ["type=local,dest={{files}}/baked"]
            }
            """);
        (await _quai.RunAsync($"bake -f {folder.Folder}/docker-bake.hcl --allow fs=*")).Succeeded();
        Assert.Equal(["a", "provenance.json"], Directory.EnumerateFiles(files + "/baked").Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Contains("\"baked\"", await File.ReadAllTextAsync($"{files}/baked/provenance.json"), StringComparison.Ordinal);
        Assert.Contains("duplicate attestation field sbom", (await _quai.RunAsync($"build --sbom=true --attest type=sbom {folder.Folder}")).Stderr, StringComparison.Ordinal);
        Assert.Contains("invalid mode \"x\"", (await _quai.RunAsync($"build --provenance=mode=x {folder.Folder}")).Stderr, StringComparison.Ordinal);
    }
}
