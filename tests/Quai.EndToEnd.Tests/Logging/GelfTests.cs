using System.IO.Compression;
using System.Text;
using System.Text.Json;

namespace Quai.EndToEnd.Tests.Logging;

/// <summary>Logs to Graylog.</summary>
public sealed class GelfTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    private const string Image = BusyboxImage.Name;
    private readonly DockerClient _docker = engine.Docker;

    [Theory]
    [InlineData("gzip")]
    [InlineData("zlib")]
    [InlineData("none")]
    public async Task Datagrams_are_packed_and_long_ones_come_in_pieces(string compression)
    {
        await using RecordingServer server = RecordingServer.Udp();
        string name = engine.Name();
        await _docker.OkAsync($"run --name {name} --log-driver gelf --log-opt gelf-address=udp://127.0.0.1:{server.Port} --log-opt gelf-compression-type={compression} --log-opt labels=la --log-opt env=EA "
            + $"--log-opt env-regex=^EB --log-opt 'tag={{{{.Name}}}}/{{{{.ImageName}}}}/{{{{.DaemonName}}}}' --label 'la=l\"<v' -e EA=ev -e EB2=x {Image} sh -c 'echo \"one <&>\"; echo; sleep 0.2; echo two >&2; sleep 0.2; head -c 9000 /dev/urandom | base64 | tr -d \"\\n\"'");
        await Eventually.HoldsAsync(() => Messages(server.Datagrams, compression).Count == 3 ? null : $"{server.Datagrams.Count} datagrams");
        List<JsonElement> messages = Messages(server.Datagrams, compression);
        Assert.Equal(["one <&>", "two"], messages.Take(2).Select(m => m.GetProperty("short_message").GetString()));
        Assert.Equal([6, 3, 6], messages.Select(m => m.GetProperty("level").GetInt32()));
        Assert.Equal(12_000, messages[2].GetProperty("short_message").GetString()!.Length);
        Assert.Equal(
            ["version", "host", "short_message", "timestamp", "level", "_EA", "_EB2", "_command", "_container_id", "_container_name", "_created", "_image_id", "_image_name", "_la", "_tag"],
            messages[0].EnumerateObject().Select(p => p.Name));
        Assert.Equal("1.1", messages[0].GetProperty("version").GetString());
        Assert.Equal(name, messages[0].GetProperty("_container_name").GetString());
        Assert.Equal("l\"<v", messages[0].GetProperty("_la").GetString());
        Assert.Equal($"{name}/{Image}/docker", messages[0].GetProperty("_tag").GetString());
        Assert.StartsWith("sh -c echo", messages[0].GetProperty("_command").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_has_messages_that_end_with_a_zero()
    {
        await using RecordingServer server = RecordingServer.Tcp();
        string name = engine.Name();
        await _docker.OkAsync($"run --name {name} --log-driver gelf --log-opt gelf-address=tcp://127.0.0.1:{server.Port} {Image} seq 1 3");
        await Eventually.HoldsAsync(() => server.Text.Count(c => c == 0) == 3 ? null : server.Text);
        Assert.Equal(["1", "2", "3"], server.Text.Split('\0', StringSplitOptions.RemoveEmptyEntries).Select(m => JsonDocument.Parse(m).RootElement.GetProperty("short_message").GetString()));
    }

    private static List<JsonElement> Messages(IReadOnlyList<byte[]> datagrams, string compression)
    {
        List<byte[]> whole = [];
        foreach (byte[] datagram in datagrams)
        {
            if (datagram is not [0x1E, 0x0F, ..])
            {
                whole.Add(datagram);
            }
            else if (datagram[10] == datagram[11] - 1)
            {
                // The last piece: they come in order on one machine.
                whole.Add([.. datagrams.Where(d => d is [0x1E, 0x0F, ..] && d.AsSpan(2, 8).SequenceEqual(datagram.AsSpan(2, 8))).SelectMany(d => d[12..])]);
            }
        }

        return [.. whole.Select(w => JsonDocument.Parse(Unpack(w, compression)).RootElement)];
    }

    private static string Unpack(byte[] bytes, string compression)
    {
        Stream stream = new MemoryStream(bytes);
        using StreamReader reader = new(compression switch
        {
            "gzip" => new GZipStream(stream, CompressionMode.Decompress),
            "zlib" => new ZLibStream(stream, CompressionMode.Decompress),
            _ => stream,
        }, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
