using System.Net.Sockets;
using System.Text.Json;
using Quai.Cli.CommandLine;

namespace Quai.Cli.Builds.Histories;

/// <summary>Docker Desktop, which shows builds.</summary>
internal static class DesktopBuilds
{
    private const string Socket = ".docker/desktop/docker-desktop-build.sock", Upload = "http://docker-desktop/upload";

    /// <summary>The address of a build there.</summary>
    /// <param name="place">The builder, its node, and the build.</param>
    public static string AddressOf(string place) => "docker-desktop://dashboard/build/" + place;

    /// <summary>Gives it an archive of records.</summary>
    /// <param name="archive">The archive.</param>
    /// <returns>The ids of the builds.</returns>
    /// <exception cref="ExitException">It is not there, or does not take the archive.</exception>
    public static async Task<IReadOnlyList<string>> ImportAsync(Stream archive)
    {
        string path = Path.Combine(Environment.GetEnvironmentVariable("HOME") ?? "/", Socket);
        using var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            ConnectCallback = async (_, cancellation) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                try
                {
                    await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            },
        };
        using var client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        try
        {
            using HttpResponseMessage answer = await client.PostAsync(new Uri(Upload), new StreamContent(archive));
            string text = await answer.Content.ReadAsStringAsync();
            return answer.IsSuccessStatusCode ? Ids(text) : throw new ExitException(1, "ERROR: failed to import build: " + text.TrimEnd());
        }
        catch (HttpRequestException e)
        {
            string reason = File.Exists(path) || e.InnerException is not SocketException ? e.InnerException?.Message ?? e.Message : "connect: no such file or directory";
            throw new ExitException(1, $"ERROR: failed to send request, check if Docker Desktop is running: Post \"{Upload}\": dial unix {path}: {reason}");
        }
    }

    private static List<string> Ids(string text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            return [.. document.RootElement.EnumerateArray().Select(e => e.GetString() ?? "")];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new ExitException(1, "ERROR: failed to decode response: " + e.Message);
        }
    }
}
