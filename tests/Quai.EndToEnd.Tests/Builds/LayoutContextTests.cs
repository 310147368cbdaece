namespace Quai.EndToEnd.Tests.Builds;

/// <summary>Images of folders in OCI layout, which builds begin with.</summary>
public sealed class LayoutContextTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    private readonly DockerClient _quai = new(engine.Host, Path.Combine(engine.Root, "quai-config"), Path.Combine(TestEnvironment.BinDirectory, "quai"));

    [QuaidFact]
    public async Task A_stage_begins_with_an_image_of_a_folder()
    {
        string layout = engine.Scratch(engine.Name("layout"));
        await WriteAsync(layout, "one", "first");
        string digest = await WriteAsync(layout, "two", "second");
        BuildFolder folder = new BuildFolder(engine).Dockerfile("FROM base\nRUN cat /which > /copy\nCOPY --from=other /which /other\n");
        foreach (DockerClient client in (DockerClient[])[_quai, folder.Client])
        {
            string name = engine.Name("upon");
            await client.OkAsync($"buildx build -t {name} --build-context base=oci-layout://{layout}:one --build-context other=oci-layout://{layout}@{digest} {folder.Folder}");

            // Its configuration counts, too.
            Assert.Equal("first second of first", await folder.InAsync(name, "sh -c 'echo $(cat /copy) $(cat /other) $WHICH'"));
            await folder.Client.OkAsync($"rmi -f {name}");
            await folder.Client.OkAsync("buildx prune -af");
        }

        // A layout with one image needs no tag.
        string single = engine.Scratch(engine.Name("layout"));
        await WriteAsync(single, "whatever", "only");
        await _quai.OkAsync($"build -t only --build-context base=oci-layout://{single} --build-context other=oci-layout://{single} {folder.Folder}");
        Assert.Equal("only", await folder.InAsync("only", "cat /copy"));
    }

    [QuaidFact]
    public async Task What_is_not_there_or_damaged_is_told()
    {
        string layout = engine.Scratch(engine.Name("layout"));
        string digest = await WriteAsync(layout, "one", "first");
        await WriteAsync(layout, "two", "second");
        BuildFolder folder = new BuildFolder(engine).Dockerfile("FROM base\nRUN true\n");
        await IsToldAsync($"{layout}", "could not be resolved: failed to resolve digest: several images are there, and none is tagged latest");
        await IsToldAsync($"{layout}/none", $"could not be resolved: could not read {layout}/none/index.json: open {layout}/none/index.json: no such file or directory");
        string missing = "sha256:" + new string('7', 64);
        await IsToldAsync($"{layout}@{missing}", $"content {missing}: not found");
        string file = $"{layout}/blobs/sha256/{digest["sha256:".Length..]}";
        await File.WriteAllTextAsync(file, (await File.ReadAllTextAsync(file)).Replace("schemaVersion", "schemaversion", StringComparison.Ordinal));
        await IsToldAsync($"{layout}:one", $"blob {digest} of the layout is damaged");
        await _quai.OkAsync($"build --build-context base=oci-layout://{layout}:two {folder.Folder}");

        async Task IsToldAsync(string source, string text) => (await _quai.RunAsync($"build --build-context base=oci-layout://{source} {folder.Folder}")).ExpectFailure(1, text);
    }

    /// <summary>Adds an image to a folder.</summary>
    /// <returns>Its digest.</returns>
    private async Task<string> WriteAsync(string layout, string tag, string text)
    {
        BuildFolder folder = new BuildFolder(engine).Write("which", text).Dockerfile($"FROM BASE\nENV WHICH=\"of {text}\"\nCOPY which /which\n");
        string metadata = $"{layout}.{tag}.json";
        await _quai.OkAsync($"build -t {engine.Name("any")}:{tag} -o type=oci,tar=false,dest={layout} --metadata-file {metadata} {folder.Folder}");
        return (string)System.Text.Json.Nodes.JsonNode.Parse(await File.ReadAllTextAsync(metadata))!["containerimage.digest"]!;
    }
}
