using System.Net.Sockets;
using System.Text;

namespace Quai.EndToEnd.Tests.Answers;

/// <summary>
/// A client may read the header of a hijacked connection into a buffer, and what comes after it from the socket: to it, what comes together with the header is lost.
/// </summary>
public sealed class UpgradeTests(QuaidInstance engine) : IClassFixture<QuaidInstance>, IDisposable
{
    private readonly EngineHttp _http = new(engine);

    // Docker's programs take longer to start than such a client to read.
    [QuaidFact]
    public async Task The_first_output_does_not_come_with_the_header_however_late_that_is_read()
    {
        string name = engine.Name();
        await engine.Docker.OkAsync($"run -d --name {name} {BusyboxImage.Name} sleep 600");
        using var over = new CancellationTokenSource();
        Task[] load = [.. Enumerable.Range(0, Environment.ProcessorCount).Select(_ => Task.Factory.StartNew(() => Burn(over.Token), TaskCreationOptions.LongRunning))];
        try
        {
            for (int i = 0; i < 40; i++)
            {
                string id = (await _http.OkAsync("POST", $"/containers/{name}/exec", """{"Cmd":["echo","x"],"AttachStdout":true}"""))!["Id"]!.GetValue<string>();
                Assert.Equal("\u0001\0\0\0\0\0\0\u0002x\n", Encoding.Latin1.GetString(await AfterFirstReadAsync($"/exec/{id}/start", i % 4 * 10)));
            }
        }
        finally
        {
            await over.CancelAsync();
            await Task.WhenAll(load);
        }
    }

    [Fact]
    public async Task A_client_that_reads_nothing_yet_is_not_waited_for_for_long()
    {
        string name = engine.Name();
        await engine.Docker.OkAsync($"run -d --name {name} {BusyboxImage.Name} sleep 600");
        string id = (await _http.OkAsync("POST", $"/containers/{name}/exec", """{"Cmd":["echo","x"],"AttachStdout":true}"""))!["Id"]!.GetValue<string>();
        string stream = Encoding.Latin1.GetString(await AfterFirstReadAsync($"/exec/{id}/start", 3000, whole: true));
        Assert.EndsWith("\r\n\r\n\u0001\0\0\0\0\0\0\u0002x\n", stream, StringComparison.Ordinal);
    }

    public void Dispose() => _http.Dispose();

    private static void Burn(CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            Thread.SpinWait(1000);
        }
    }

    /// <summary>What a client has that takes the header by large reads, after a pause, and throws away what came with its end.</summary>
    private async Task<byte[]> AfterFirstReadAsync(string path, int pause, bool whole = false)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(engine.Host["unix://".Length..]));
        const string body = """{"Tty":false}""";
        await socket.SendAsync(Encoding.UTF8.GetBytes(
            $"POST {path} HTTP/1.1\r\nHost: engine\r\nConnection: Upgrade\r\nUpgrade: tcp\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}"));
        await Task.Delay(pause);
        byte[] buffer = new byte[8192];
        using var all = new MemoryStream();
        string header = "";
        int count;
        do
        {
            count = await socket.ReceiveAsync(buffer);
            header += Encoding.Latin1.GetString(buffer, 0, count);
            if (whole)
            {
                await all.WriteAsync(buffer.AsMemory(0, count));
            }
        }
        while (count > 0 && !header.Contains("\r\n\r\n", StringComparison.Ordinal));

        Assert.StartsWith("HTTP/1.1 101 ", header, StringComparison.Ordinal);
        while ((count = await socket.ReceiveAsync(buffer)) > 0)
        {
            await all.WriteAsync(buffer.AsMemory(0, count));
        }

        return all.ToArray();
    }
}
