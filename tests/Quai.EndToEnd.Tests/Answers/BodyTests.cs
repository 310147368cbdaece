using System.Text.Json.Nodes;

namespace Quai.EndToEnd.Tests.Answers;

/// <summary>Bodies with nulls, other spellings and wrong values, through real HTTP. That every member of every type is read so is a unit test's.</summary>
public sealed class BodyTests(QuaidInstance engine) : IClassFixture<QuaidInstance>, IDisposable
{
    private const string Image = BusyboxImage.Name;
    private readonly EngineHttp _http = new(engine);

    [Theory]
    [InlineData("\"Hostname\":null,\"Tty\":null,\"Env\":null,\"StopTimeout\":null,\"Labels\":{\"a\":null},\"ExposedPorts\":{\"80/tcp\":null}")]
    [InlineData("\"HostConfig\":{\"Memory\":null,\"LogConfig\":null,\"RestartPolicy\":{\"Name\":null,\"MaximumRetryCount\":null},\"Ulimits\":[{\"Name\":\"core\",\"Soft\":null,\"Hard\":null}]}")]
    [InlineData("\"Healthcheck\":{\"Retries\":null,\"Test\":null,\"Interval\":null},\"HostConfig\":{\"PortBindings\":{\"80/tcp\":[{\"HostPort\":null}],\"81/tcp\":null}}")]
    [InlineData("\"HostConfig\":{\"Mounts\":[{\"Type\":\"tmpfs\",\"Target\":\"/t\",\"Source\":null,\"ReadOnly\":null,\"TmpfsOptions\":{\"SizeBytes\":null,\"Mode\":null}}]},\"NetworkingConfig\":{\"EndpointsConfig\":{\"bridge\":null}}")]
    [InlineData("\"hostname\":\"h\",\"HOSTCONFIG\":{\"memory\":33554432,\"NoSuchMember\":[null,{}]},\"No\":1")]
    public async Task Create_takes_null_as_absent_names_in_any_case_and_members_unknown(string members)
    {
        JsonNode made = (await _http.OkAsync("POST", "/v1.47/containers/create", $$"""{"Image":"{{Image}}","Cmd":["sleep","60"],{{members}}}"""))!;
        string id = made["Id"]!.GetValue<string>();
        await _http.OkAsync("POST", $"/containers/{id}/start");
        await _http.OkAsync("DELETE", $"/containers/{id}?force=1&v=1");
    }

    [Theory]
    [InlineData("{\"Image\":5}")]
    [InlineData("{\"Image\":\"x\",\"HostConfig\":{\"Memory\":\"1\"}}")]
    [InlineData("{\"Image\":\"x\",\"HostConfig\":{\"Memory\":99999999999999999999}}")]
    [InlineData("{\"Image\":\"x\",\"HostConfig\":{\"Memory\":1.5}}")]
    [InlineData("{\"Image\":\"x\",\"HostConfig\":{\"Ulimits\":{}}}")]
    [InlineData("{\"Image\":\"x\",\"ExposedPorts\":{\"80/tcp\":5}}")]
    public async Task Values_of_another_type_are_the_clients_fault(string body)
    {
        (int status, string message) = await _http.RefusedAsync("POST", "/v1.47/containers/create", body);
        Assert.Equal(400, status);
        Assert.StartsWith("invalid JSON: json: cannot unmarshal", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Update_exec_and_commit_take_null_as_absent()
    {
        string name = engine.Name(), image = engine.Name("image");
        await engine.Docker.OkAsync($"run -d --name {name} -m 64m --pids-limit 30 {Image} sleep 600");
        await _http.OkAsync("POST", $"/v1.47/containers/{name}/update", """{"Memory":null,"PidsLimit":null,"RestartPolicy":{"Name":null,"MaximumRetryCount":null},"CpuShares":512}""");
        Assert.Equal("67108864 30 512", await engine.Docker.InspectAsync(name, "{{.HostConfig.Memory}} {{.HostConfig.PidsLimit}} {{.HostConfig.CpuShares}}"));

        JsonNode exec = (await _http.OkAsync("POST", $"/v1.47/containers/{name}/exec", """{"Cmd":["true"],"Tty":null,"AttachStdout":null,"Env":null,"User":null,"ConsoleSize":null,"Privileged":null}"""))!;
        await _http.OkAsync("POST", $"/v1.47/exec/{exec["Id"]}/start", """{"Detach":true,"Tty":null,"ConsoleSize":null}""");

        await _http.OkAsync("POST", $"/v1.47/commit?container={name}&repo={image}", """{"Cmd":null,"Tty":null,"Labels":{"a":null},"Healthcheck":{"Retries":null}}""");
        Assert.Equal("map[a:]", await engine.Docker.OkAsync($"image inspect -f '{{{{.Config.Labels}}}}' {image}"));
        await engine.Docker.OkAsync($"rmi {image}");
    }

    public void Dispose() => _http.Dispose();
}
