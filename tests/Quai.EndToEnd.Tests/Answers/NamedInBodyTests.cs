namespace Quai.EndToEnd.Tests.Answers;

/// <summary>What a body names and is not there: never 404 of a create, which clients take for a missing image and pull it.</summary>
public sealed class NamedInBodyTests(QuaidInstance engine) : IClassFixture<QuaidInstance>, IDisposable
{
    private const string Image = BusyboxImage.Name;
    private readonly EngineHttp _http = new(engine);

    [Theory]
    [InlineData("\"VolumesFrom\":[\"nope\"]", "No such container: nope")]
    [InlineData("\"VolumesFrom\":[\"nope:ro\"]", "No such container: nope")]
    [InlineData("\"IpcMode\":\"container:nope\"", "No such container: nope")]
    [InlineData("\"PidMode\":\"container:nope\"", "No such container: nope")]
    [InlineData("\"Links\":[\"nope:x\"]", "could not get container for nope: No such container: nope")]
    [InlineData("\"Mounts\":[null]", "invalid mount config for type \"\": field Target must not be empty")]
    public async Task A_create_that_names_what_is_not_there_is_refused(string host, string message) =>
        Assert.Equal((400, message), await _http.RefusedAsync("POST", "/v1.47/containers/create", Body(host)));

    [Theory]
    [InlineData("NetworkMode", 409, "cannot join network namespace of a non running container: container {0} is created")]
    [InlineData("IpcMode", 409, "failed to join IPC namespace: container {1} is not running")]
    public async Task A_start_that_joins_what_does_not_run_is_refused(string mode, int status, string message)
    {
        string other = engine.Name();
        string otherId = await engine.Docker.OkAsync($"create --name {other} {Image} true");
        string id = (await _http.OkAsync("POST", "/v1.47/containers/create", Body($"\"{mode}\":\"container:{other}\"")))!["Id"]!.GetValue<string>();
        Assert.Equal((status, string.Format(System.Globalization.CultureInfo.InvariantCulture, message, other, otherId)), await _http.RefusedAsync("POST", $"/containers/{id}/start"));
    }

    [Fact]
    public async Task A_network_of_a_container_that_is_not_there_is_refused_at_the_start()
    {
        string id = (await _http.OkAsync("POST", "/v1.47/containers/create", Body("\"NetworkMode\":\"container:nope\"")))!["Id"]!.GetValue<string>();
        Assert.Equal((500, "joining network namespace of container: No such container: nope"), await _http.RefusedAsync("POST", $"/containers/{id}/start"));
    }

    [Fact]
    public async Task The_client_does_not_pull() =>
        (await engine.Docker.RunAsync($"run --rm --volumes-from nope {Image} true")).ExpectFailure(125, "No such container: nope");

    [Theory]
    [InlineData("images/create?fromImage=busybox&tag=none&platform=foobar", "\"foobar\": unknown operating system or architecture: invalid argument")]
    [InlineData("images/create?fromImage=busybox&tag=none&platform=a/b/c/d", "\"a/b/c/d\": cannot parse platform specifier: invalid argument")]
    [InlineData("images/create?fromImage=busybox&tag=none&platform=linux/", "\"\" is an invalid component of \"linux/\": platform specifier component must match \"^[A-Za-z0-9_.-]+$\": invalid argument")]
    [InlineData("images/create?fromSrc=-&platform=foobar", "\"foobar\": unknown operating system or architecture: invalid argument")]
    public async Task A_platform_that_is_none_is_refused_before_the_first_byte(string path, string message) =>
        Assert.Equal((400, message), await _http.RefusedAsync("POST", "/v1.47/" + path));

    public void Dispose() => _http.Dispose();

    private static string Body(string host) => $$"""{"Image":"{{Image}}","Cmd":["true"],"HostConfig":{ {{host}} } }""";
}
