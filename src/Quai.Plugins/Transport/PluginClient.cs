using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Quai.Plugins.Discovery;

namespace Quai.Plugins.Transport;

/// <summary>
/// Calls of one plugin: each is a POST of its own connection, with a document of JSON in both directions. They block the thread, as the mounts do for which they are made,
/// for a time that is bounded whatever the plugin does.
/// </summary>
internal sealed class PluginClient : IDisposable
{
    private const string MediaType = "application/vnd.docker.plugins.v1.2+json";
    private const int MostHeaderKilobytes = 16;

    private readonly string _name;
    private readonly PluginAddress _address;
    private readonly PluginLimits _limits;
    private readonly TimeProvider _time;
    private readonly HttpClient _http;

    public PluginClient(string name, PluginAddress address, PluginLimits limits, TimeProvider time)
    {
        (_name, _address, _limits, _time) = (name, address, limits, time);
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            MaxResponseHeadersLength = MostHeaderKilobytes,
            // A plugin that was restarted is another one behind the same name.
            PooledConnectionLifetime = TimeSpan.Zero,
        };
        if (address.SocketFile is { } path)
        {
            handler.ConnectCallback = (_, _) => ValueTask.FromResult<Stream>(Connect(path));
        }

        _http = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = limits.AnswerBytes };
    }

    /// <summary>Calls a method.</summary>
    /// <param name="method">As <c>VolumeDriver.Create</c>.</param>
    /// <param name="request">What it is told; null for nothing.</param>
    /// <param name="answer">What it answers.</param>
    /// <param name="limit">How long that may take.</param>
    /// <param name="patience">How long to try to reach a plugin that is not there.</param>
    /// <exception cref="PluginException">It cannot be reached, does not answer in time, refuses, or answers something else.</exception>
    public T Call<T>(string method, byte[]? request, JsonTypeInfo<T> answer, TimeSpan limit, TimeSpan patience)
        where T : class
    {
        long start = _time.GetTimestamp();
        for (TimeSpan pause = TimeSpan.FromSeconds(1) / 4; ; pause *= 2)
        {
            try
            {
                return Call(method, request, answer, limit);
            }
            catch (HttpRequestException e) when (e.InnerException is SocketException refused && IsAbsent(refused))
            {
                if (_time.GetElapsedTime(start) + pause > patience)
                {
                    string where = _address.SocketFile is { } path ? "unix " + path : "tcp " + _address.Host;
                    throw new PluginException($"Post \"http://{_address.Host}/{method}\": dial {where}: connect: {Words(refused)}", answered: false, e);
                }
            }

            Thread.Sleep(pause);
        }
    }

    public void Dispose() => _http.Dispose();

    private T Call<T>(string method, byte[]? body, JsonTypeInfo<T> type, TimeSpan limit)
        where T : class
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"http://{_address.Host}/{method}"));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(MediaType));
        request.Content = new ByteArrayContent(body ?? []);
        request.Content.Headers.ContentType = body is null ? null : new MediaTypeHeaderValue(MediaType);
        using var timer = new CancellationTokenSource(limit, _time);
        byte[] answer;
        try
        {
            using HttpResponseMessage response = _http.Send(request, HttpCompletionOption.ResponseHeadersRead, timer.Token);
            answer = Read(response, timer.Token);
            if (response.StatusCode != HttpStatusCode.OK)
            {
                throw new PluginException($"{method}: {ErrorIn(answer) ?? $"plugin \"{_name}\" answered with status {(int)response.StatusCode}"}", answered: true) { IsUnknownCall = response.StatusCode == HttpStatusCode.NotFound };
            }
        }
        catch (Exception e) when (timer.IsCancellationRequested && e is OperationCanceledException or HttpRequestException or IOException or ObjectDisposedException)
        {
            throw new PluginException($"plugin \"{_name}\" did not answer {method} within {limit.TotalSeconds:0.###} seconds", answered: false, e);
        }
        catch (Exception e) when (e is IOException || (e is HttpRequestException { InnerException: var inner } && !(inner is SocketException refused && IsAbsent(refused))))
        {
            throw new PluginException($"plugin \"{_name}\" gave no answer to {method} that is HTTP: {(e.InnerException ?? e).Message}", answered: false, e);
        }

        try
        {
            if (JsonSerializer.Deserialize(answer, type) is { } value)
            {
                return value;
            }
        }
        catch (JsonException e)
        {
            throw Nonsense(method, e);
        }

        throw Nonsense(method, null);
    }

    private PluginException Nonsense(string method, JsonException? cause) =>
        new($"plugin \"{_name}\" answered {method} with something that is not the JSON of its protocol", answered: false, cause);

    private byte[] Read(HttpResponseMessage response, CancellationToken cancellation)
    {
        // Closing the connection ends a read that is under way.
        using CancellationTokenRegistration registration = cancellation.Register(response.Dispose);
        using Stream stream = response.Content.ReadAsStream(cancellation);
        using var whole = new MemoryStream();
        byte[] piece = new byte[16 << 10];
        for (int count; (count = stream.Read(piece)) > 0;)
        {
            cancellation.ThrowIfCancellationRequested();
            whole.Write(piece, 0, count);
            if (whole.Length > _limits.AnswerBytes)
            {
                throw new IOException($"it has more than {_limits.AnswerBytes} bytes");
            }
        }

        return whole.ToArray();
    }

    private static string? ErrorIn(byte[] answer)
    {
        try
        {
            return JsonSerializer.Deserialize(answer, PluginJson.Default.PluginAnswer)?.Err is { Length: > 0 } error ? error : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static NetworkStream Connect(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static bool IsAbsent(SocketException e) => e.SocketErrorCode is SocketError.ConnectionRefused or SocketError.AddressNotAvailable || e.NativeErrorCode == 2;

    private static string Words(SocketException e) => e.SocketErrorCode == SocketError.ConnectionRefused ? "connection refused" : "no such file or directory";
}
