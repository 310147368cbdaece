using System.Text.Json;
using System.Threading.Channels;
using Quai.Api.Images;
using Quai.Errors;
using Quai.Images;

namespace Quai.Daemon.Http;

/// <summary>
/// The stream of JSON lines that answers pull, push, load and import. The header is sent with the first line: until then a failure
/// still gets its status; afterwards, it becomes the last line. A client that reads slowly neither stops the work nor piles up lines:
/// byte counts that it has not yet read are skipped.
/// </summary>
internal sealed class ProgressStream : IProgress<ProgressMessage>
{
    private const int MaxBehind = 128;

    private readonly ApiCall _call;
    private readonly bool _quiet;
    private readonly Channel<JsonMessage> _lines = Channel.CreateUnbounded<JsonMessage>(new() { SingleReader = true });
    private int _behind;

    private ProgressStream(ApiCall call, bool quiet)
    {
        _call = call;
        _quiet = quiet;
    }

    /// <summary>Runs the work and streams what it reports.</summary>
    /// <param name="call">The request.</param>
    /// <param name="quiet">Omits progress; <see cref="Line"/>s remain.</param>
    /// <param name="errorsInStream">Always sends a failure as a line, as Docker's load does.</param>
    /// <param name="work">Reports to the given stream.</param>
    public static async Task RunAsync(ApiCall call, bool quiet, bool errorsInStream, Func<ProgressStream, Task> work)
    {
        var stream = new ProgressStream(call, quiet);
        Task sending = stream.SendAsync();
        Exception? failure = null;
        try
        {
            await work(stream);
        }
        catch (Exception e) when (!call.Gone.IsCancellationRequested)
        {
            failure = e;
        }
        finally
        {
            stream._lines.Writer.TryComplete();
            await sending;
        }

        if (failure is null)
        {
            await stream.StartAsync();
            return;
        }

        if (!call.Http.Response.HasStarted && !errorsInStream)
        {
            throw failure is QuaiException ? failure : QuaiException.System(ErrorAnswer.MessageOf(failure), failure);
        }

        await stream.StartAsync();
        string message = ErrorAnswer.MessageOf(failure);
        await call.Send(new JsonMessage { ErrorDetail = new ErrorDetail(message) { Code = (failure as CommandFailedException)?.ExitCode }, Error = message }, Json.Types.JsonMessage);
    }

    /// <inheritdoc/>
    public void Report(ProgressMessage value)
    {
        if (value.Stream is null && _quiet)
        {
            return;
        }

        bool counting = value.Current is not null || value.Total is not null;
        if (counting && Volatile.Read(ref _behind) > MaxBehind)
        {
            return;
        }

        Line(new JsonMessage
        {
            Stream = value.Stream,
            Status = value.Status,
            Id = value.Id,
            Aux = value.Aux is { } pushed ? JsonSerializer.SerializeToElement(new PushAux(pushed.Tag, pushed.Digest, pushed.Size), Json.Types.PushAux) : null,
            ProgressDetail = value.Id is null && !counting && value.Aux is null ? null : new ProgressDetail { Current = value.Current, Total = value.Total },
        });
    }

    /// <summary>Sends a line unchanged.</summary>
    public void Line(JsonMessage line)
    {
        Interlocked.Increment(ref _behind);
        _lines.Writer.TryWrite(line);
    }

    private Task StartAsync() => _call.Http.Response.HasStarted ? Task.CompletedTask : _call.StartStream("application/json");

    private async Task SendAsync()
    {
        try
        {
            await foreach (JsonMessage line in _lines.Reader.ReadAllAsync())
            {
                Interlocked.Decrement(ref _behind);
                await StartAsync();
                await _call.Send(line, Json.Types.JsonMessage);
            }
        }
        catch (Exception) when (_call.Gone.IsCancellationRequested)
        {
            // The work sees the same token and stops.
        }
    }
}
