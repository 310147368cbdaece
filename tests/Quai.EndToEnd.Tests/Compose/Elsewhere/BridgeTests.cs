namespace Quai.EndToEnd.Tests.Compose.Elsewhere;

/// <summary>Images of transformations make other files of a project.</summary>
public sealed class BridgeTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    [QuaidFact]
    public async Task A_transformation_gets_the_project_and_leaves_what_it_makes()
    {
        await using ComposeFolder folder = new(engine, """
            services: {web: {image: BASE, ports: ["8080:80"], secrets: [s], environment: {A: $$x}}}
            secrets: {s: {file: secret.txt}}
            """);
        folder.Write("secret.txt", "hush");
        const string Image = "transformation:e2e";
        await folder.Client.OkAsync($"run --name {folder.Project}-t {BusyboxImage.Name} sh -c 'mkdir /templates && echo t > /templates/one.tmpl'");
        await folder.Client.OkAsync($"commit --change 'LABEL com.docker.compose.bridge=transformation' --change 'CMD [\"sh\", \"-c\", \"cp /in/compose.yaml /out/made.yaml; ls /templates > /out/templates; test ! -e /templates/fail\"]' {folder.Project}-t {Image}");
        await folder.Client.OkAsync($"rm {folder.Project}-t");
        await folder.OkAsync($"bridge convert -t {Image}");
        string made = File.ReadAllText($"{folder.Folder}/out/made.yaml");
        Assert.Contains("    content: hush\n", made, StringComparison.Ordinal);
        Assert.Contains("      A: $x\n", made, StringComparison.Ordinal);
        Assert.Contains("    expose:\n      - \"80\"\n", made, StringComparison.Ordinal);
        Assert.Equal("one.tmpl\n", File.ReadAllText($"{folder.Folder}/out/templates"));

        // What is there is deleted only if somebody agrees.
        (await folder.RunAsync($"bridge convert -t {Image} </dev/null")).ExpectFailure(1, "deletion of output directory 'out' was not confirmed");
        await folder.OkAsync("bridge transformations create --from transformation:e2e mine");
        Assert.Equal("t\n", File.ReadAllText($"{folder.Folder}/mine/templates/one.tmpl"));
        Assert.StartsWith("FROM docker/compose-bridge-transformer\n", File.ReadAllText($"{folder.Folder}/mine/Dockerfile"), StringComparison.Ordinal);
        (await folder.RunAsync("bridge transformations create --from transformation:e2e mine")).ExpectFailure(1, "already exists");
        folder.Write("mine/templates/fail", "");
        (await folder.RunAsync($"bridge convert -y -t {Image} --templates mine/templates")).ExpectFailure(1, $"the transformation {Image} has failed with exit code 1");
        Assert.Equal("transformation:e2e", (await folder.OkAsync("bridge transformations ls -q")).Text);
        Assert.Equal((await folder.PluginAsync("bridge transformations list")).Stdout, (await folder.OkAsync("bridge transformations list")).Stdout);
        Assert.Equal("", await folder.Client.OkAsync($"ps -aq --filter ancestor={Image}"));
    }
}
