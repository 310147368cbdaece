using System.Text;
using System.Text.Json.Nodes;

namespace Quai.EndToEnd.Tests.Answers;

/// <summary>Whether an exec's output comes in frames is what its start says, whatever its creation said.</summary>
public sealed class ExecFramingTests(QuaidInstance engine) : IClassFixture<QuaidInstance>, IDisposable
{
    private readonly EngineHttp _http = new(engine);

    [Theory]
    [InlineData(true, true, false)]
    [InlineData(true, false, true)]
    [InlineData(false, true, false)]
    [InlineData(false, false, true)]
    public async Task The_start_says_whether_there_are_frames(bool created, bool started, bool framed)
    {
        string name = engine.Name();
        await engine.Docker.OkAsync($"run -d --name {name} {BusyboxImage.Name} sleep 600");
        string id = (await _http.OkAsync("POST", $"/v1.47/containers/{name}/exec", $$"""{"Cmd":["printf","abc"],"AttachStdout":true,"AttachStderr":true,"Tty":{{Json(created)}}}"""))!["Id"]!.GetValue<string>();
        byte[] stream = await _http.StreamAsync($"/v1.47/exec/{id}/start", $$"""{"Tty":{{Json(started)}}}""");
        Assert.Equal(framed ? "\u0001\0\0\0\0\0\0\u0003abc" : "abc", Encoding.Latin1.GetString(stream));
        JsonNode exec = (await _http.OkAsync("GET", $"/exec/{id}/json"))!;
        Assert.Equal(created, exec["ProcessConfig"]!["tty"]!.GetValue<bool>());
    }

    public void Dispose() => _http.Dispose();

    private static string Json(bool value) => value ? "true" : "false";
}
