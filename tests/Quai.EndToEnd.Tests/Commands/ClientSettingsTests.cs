namespace Quai.EndToEnd.Tests.Commands;

/// <summary>quai's options and settings: what cannot be kept is an error, what can is used.</summary>
public sealed class ClientSettingsTests : IClassFixture<QuaidInstance>
{
    private const string Image = BusyboxImage.Name;
    private readonly QuaidInstance _engine;
    private readonly string _folder;
    private readonly DockerClient _quai;

    /// <summary>A client with settings of its own.</summary>
    public ClientSettingsTests(QuaidInstance engine)
    {
        _engine = engine;
        _folder = engine.Scratch("settings" + Guid.NewGuid().ToString("N")[..8]);
        _quai = new DockerClient(engine.Host, _folder, Path.Combine(TestEnvironment.BinDirectory, "quai"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    public async Task Broken_settings_do_not_keep_a_list_from_being_shown(string content)
    {
        await SetAsync(content);
        (await _quai.RunAsync("ps -q")).Expect();
    }

    [QuaidTheory]
    [InlineData("env -u DOCKER_HOST QUAI --context nope ps")]
    [InlineData("env -u DOCKER_HOST DOCKER_CONTEXT=nope QUAI ps")]
    [InlineData("QUAI --context nope -H unix:///nope ps")]
    public async Task A_context_that_cannot_be_kept_is_an_error(string script)
    {
        CommandResult result = await _quai.ShellAsync(script.Replace("QUAI", Path.Combine(TestEnvironment.BinDirectory, "quai"), StringComparison.Ordinal));
        result.ExpectFailure(1, "context");
    }

    [QuaidFact]
    public async Task Formats_in_the_settings_are_used_unless_others_are_asked_for()
    {
        string name = _engine.Name();
        await _quai.OkAsync($"create --name {name} {Image}");
        await SetAsync("""{"psFormat":"P {{.Names}}","imagesFormat":"I {{.Repository}}","networksFormat":"N {{.Name}}"}""");
        Assert.Equal("P " + name, await _quai.OkAsync($"ps -a -f name={name}"));
        Assert.Equal(name, await _quai.OkAsync($"ps -a -f name={name} --format {{{{.Names}}}}"));
        Assert.Equal("N bridge", await _quai.OkAsync("network ls -f name=^bridge$"));
        Assert.StartsWith("I ", await _quai.OkAsync($"images {Image}"), StringComparison.Ordinal);
    }

    [QuaidFact]
    public async Task Proxies_in_the_settings_are_told_to_programs()
    {
        await SetAsync("""{"proxies":{"default":{"httpProxy":"http://p:1","noProxy":"a,b"}}}""");
        Assert.Equal("http://p:1 http://p:1 a,b", await _quai.OkAsync($"run --rm {Image} sh -c 'echo $HTTP_PROXY $http_proxy $no_proxy'"));
        Assert.Equal("own", await _quai.OkAsync($"run --rm -e HTTP_PROXY=own {Image} sh -c 'echo $HTTP_PROXY'"));
    }

    [QuaidTheory]
    [InlineData("FooBar")]
    [InlineData("foo@x")]
    [InlineData("nothing")]
    public async Task What_is_no_objects_name_is_not_found(string name) =>
        (await _quai.RunAsync($"inspect {name}")).ExpectFailure(1, $"No such object: {name}");

    [QuaidFact]
    public async Task A_helper_that_is_missing_is_a_warning()
    {
        await SetAsync("""{"credsStore":"missing"}""");
        CommandResult result = await _quai.RunAsync("pull 127.0.0.1:1/nothing");
        result.ExpectFailure(1, "WARNING", "docker-credential-missing", "connection refused");
    }

    private Task SetAsync(string content) => File.WriteAllTextAsync(Path.Combine(_folder, "config.json"), content);
}
