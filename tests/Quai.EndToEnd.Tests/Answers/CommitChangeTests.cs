namespace Quai.EndToEnd.Tests.Answers;

/// <summary>Changes of a commit are a Dockerfile's lines: each is expanded by what was set before it.</summary>
public sealed class CommitChangeTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    private const string Image = BusyboxImage.Name;
    private readonly DockerClient _docker = engine.Docker;

    [Fact]
    public async Task Variables_quotes_and_defaults_are_expanded()
    {
        string image = engine.Name("image");
        await CommitAsync(
            image,
            """
            -c 'ENV PATH=/x:$PATH' -c 'ENV A=1 B=$A' -c 'ENV C=\$A D="$A" E=${NO:-def} F=${A:+yes} G=a\ b' -c 'ENV OLD form "$A" x'
            -c 'WORKDIR /w/$A' -c 'LABEL l=$A' -c 'CMD echo $A' -c 'EXPOSE ${P:-80}' -c 'USER u$A' -c 'VOLUME /v$A'
            """);
        Assert.Equal(
            """["PATH=/x:/bin","A=1","B=","C=$A","D=1","E=def","F=yes","G=a b","OLD=form 1 x"] /w/1 map[l:1] ["/bin/sh","-c","echo $A"] {"80/tcp":{}} u1 {"/v1":{}}""",
            await _docker.OkAsync($"image inspect -f '{{{{json .Config.Env}}}} {{{{.Config.WorkingDir}}}} {{{{.Config.Labels}}}} {{{{json .Config.Cmd}}}} {{{{json .Config.ExposedPorts}}}} {{{{.Config.User}}}} {{{{json .Config.Volumes}}}}' {image}"));
    }

    [Fact]
    public async Task A_later_line_sees_an_earlier_one_and_keeps_its_place()
    {
        string image = engine.Name("image");
        await CommitAsync(image, "-c 'ENV A=1' -c 'ENV B=$A' -c 'ENV A=2' -c 'ENV C=$A'");
        Assert.Equal("""["PATH=/bin","A=2","B=1","C=2"]""", await _docker.OkAsync($"image inspect -f '{{{{json .Config.Env}}}}' {image}"));
    }

    [Fact]
    public async Task The_result_has_its_parent()
    {
        string image = engine.Name("image");
        await CommitAsync(image, "");
        Assert.Equal(await _docker.OkAsync($"image inspect -f '{{{{.Id}}}}' {Image}"), await _docker.OkAsync($"image inspect -f '{{{{.Parent}}}}' {image}"));
    }

    [Fact]
    public async Task What_is_not_closed_is_refused()
    {
        string name = engine.Name();
        await _docker.OkAsync($"create --name {name} {Image} true");
        (await _docker.RunAsync($$"""commit -c 'ENV A=${B' {{name}}""")).ExpectFailure(1, "failed to process \"${B\": unsupported modifier");
        (await _docker.RunAsync($$"""commit -c 'ENV A="b' {{name}}""")).ExpectFailure(1, "failed to process \"\\\"b\": unexpected end of statement while looking for matching double-quote");
        (await _docker.RunAsync($$"""commit -c 'ENV A=${B:?gone}' {{name}}""")).ExpectFailure(1, "failed to process \"${B:?gone}\": B: gone");
    }

    private async Task CommitAsync(string image, string changes)
    {
        string name = engine.Name();
        await _docker.OkAsync($"create --name {name} -e PATH=/bin {Image} true");
        await _docker.OkAsync($"commit {changes.ReplaceLineEndings(" ")} {name} {image}");
    }
}
