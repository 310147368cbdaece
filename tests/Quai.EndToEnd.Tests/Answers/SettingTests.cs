namespace Quai.EndToEnd.Tests.Answers;

/// <summary>Settings that are neither done nor harmless are refused.</summary>
public sealed class SettingTests(QuaidInstance engine) : IClassFixture<QuaidInstance>, IDisposable
{
    private const string Image = BusyboxImage.Name;
    private readonly EngineHttp _http = new(engine);

    [Theory]
    [InlineData("run --rm --device vendor.com/class=dev X true", "vendor.com/class=dev|cdi")]
    [InlineData("run --rm --gpus all X true", "could not select device driver")]
    [InlineData("run --rm --device /dev/nope X true", "error gathering device information while adding custom device \"/dev/nope\": no such file or directory")]
    public async Task Devices_that_are_not_there_are_refused(string line, string pattern)
    {
        CommandResult result = await engine.Docker.RunAsync(line.Replace(" X ", $" {Image} ", StringComparison.Ordinal));
        Assert.NotEqual(0, result.ExitCode);
        Assert.Matches(pattern, result.Stderr);
    }

    [QuaidTheory]
    [InlineData("com.docker.network.endpoint.unheard_of", "1")]
    public async Task Options_of_an_endpoint_that_cannot_be_kept_are_refused(string option, string value)
    {
        (int status, string message) = await _http.RefusedAsync(
            "POST", "/v1.47/containers/create", $$"""{"Image":"{{Image}}","NetworkingConfig":{"EndpointsConfig":{"bridge":{"DriverOpts":{"{{option}}":"{{value}}"} } } } }""");
        Assert.Equal((400, $"invalid config for network bridge: invalid endpoint settings:\noption {option} of network bridge is not available in this version of Quai: take it out"), (status, message));
    }

    [Theory]
    [InlineData("\"ReadOnlyNonRecursive\":true", "mount options conflict: !ReadOnly && BindOptions.ReadOnlyNonRecursive")]
    [InlineData("\"ReadOnlyForceRecursive\":true", "mount options conflict: !ReadOnly && BindOptions.ReadOnlyForceRecursive")]
    public async Task A_bind_that_contradicts_itself_is_refused(string options, string message)
    {
        // Docker says so at the start, Quai when the container is made.
        (int status, string body) = await _http.SendAsync(
            "POST", "/v1.47/containers/create", $$"""{"Image":"{{Image}}","HostConfig":{"Mounts":[{"Type":"bind","Source":"/tmp","Target":"/x","BindOptions":{ {{options}} } }]} }""");
        if (status == 201)
        {
            string id = System.Text.Json.Nodes.JsonNode.Parse(body)!["Id"]!.GetValue<string>();
            (_, body) = await _http.SendAsync("POST", $"/containers/{id}/start");
            await _http.OkAsync("DELETE", $"/containers/{id}");
        }

        Assert.Contains(message, System.Text.Json.Nodes.JsonNode.Parse(body)!["message"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    public void Dispose() => _http.Dispose();
}
