using System.Text.Json.Nodes;

namespace Quai.EndToEnd.Tests.Answers;

/// <summary>An operation that a request has begun runs to its end even if the client disconnects.</summary>
public sealed class ClientGoneTests(QuaidInstance engine) : IClassFixture<QuaidInstance>, IDisposable
{
    private const string Image = BusyboxImage.Name;

    /// <summary>Does not end at SIGTERM, but reports that it received it.</summary>
    private const string Stubborn = "sh -c 'trap \"echo told\" TERM; echo up; while :; do sleep 0.1; done'";

    private readonly EngineHttp _http = new(engine);
    private readonly DockerClient _docker = engine.Docker;

    [Theory]
    [InlineData("stop?t=1", "false 0", 1)]
    [InlineData("restart?t=1", "true 0", 2)]
    public async Task A_stop_and_a_restart_are_finished(string what, string state, int starts)
    {
        string name = await StubbornAsync();
        await _http.CutAsync("POST", $"/containers/{name}/{what}", () => LoggedAsync(name, "told"));
        await Eventually.HoldsAsync(async () =>
        {
            string ended = await _docker.InspectAsync(name, "{{.State.Running}} {{.RestartCount}}");
            int ups = (await _docker.OkAsync($"logs {name}")).Split('\n').Count(l => l == "up");
            return ended == state && ups == starts ? null : $"{ended}, {ups} starts";
        });
    }

    [Fact]
    public async Task A_forced_removal_is_finished()
    {
        string name = await StubbornAsync();
        await _http.CutAsync("DELETE", $"/containers/{name}?force=1", () => Task.CompletedTask);
        await Eventually.HoldsAsync(async () => (await _docker.RunAsync($"inspect {name}")).ExitCode == 1 ? null : "it is still there");
    }

    [Fact]
    public async Task An_exec_whose_client_went_has_its_programs_exit_code()
    {
        string name = await StubbornAsync();
        for (int round = 0; round < 10; round++)
        {
            JsonNode exec = (await _http.OkAsync("POST", $"/containers/{name}/exec", """{"Cmd":["sh","-c","sleep 0.2; exit 7"],"AttachStdout":true}"""))!;
            string id = exec["Id"]!.GetValue<string>();
            await _http.CutAsync("POST", $"/exec/{id}/start", () => BegunAsync(id), "{}");
            await Eventually.HoldsAsync(async () =>
            {
                JsonNode now = (await _http.OkAsync("GET", $"/exec/{id}/json"))!;
                return now["ExitCode"]?.GetValue<int>() == 7 ? null : now.ToJsonString();
            });
        }
    }

    public void Dispose() => _http.Dispose();

    private Task BegunAsync(string exec) => Eventually.HoldsAsync(async () =>
    {
        JsonNode now = (await _http.OkAsync("GET", $"/exec/{exec}/json"))!;
        return now["Running"]!.GetValue<bool>() || now["ExitCode"] is not null ? null : "it has not begun";
    });

    private async Task<string> StubbornAsync()
    {
        string name = engine.Name();
        await _docker.OkAsync($"run -d --name {name} {Image} {Stubborn}");
        await LoggedAsync(name, "up");
        return name;
    }

    private Task LoggedAsync(string name, string line) =>
        Eventually.HoldsAsync(async () => (await _docker.OkAsync($"logs {name}")).Contains(line, StringComparison.Ordinal) ? null : "it has said nothing yet");
}
