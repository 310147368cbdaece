using System.Buffers;
using System.Runtime.CompilerServices;
using Quai.Engine.Containers;
using Quai.Linux.Watching;

namespace Quai.Engine.Logs.Reading;

/// <summary>Reads a json-file log with its rotated files, from the beginning or the last lines, optionally following it.</summary>
internal sealed class LogReader(string path, LogsRequest request, bool tty, TimeProvider time)
{
    private const int ChunkSize = 32 << 10;
    private readonly LogLine _line = new(request, tty);
    private readonly ArrayBufferWriter<byte> _output = new(4 << 10);
    private byte[] _buffer = new byte[16 << 10];
    private int _filled;
    private bool _pastTheEnd;

    /// <summary>The log as chunks; each chunk's memory is valid until the next is requested.</summary>
    /// <param name="ended">Completes when no more will be written; null not to follow.</param>
    /// <param name="cancellation">Ends the reading quietly.</param>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(Task? ended, [EnumeratorCancellation] CancellationToken cancellation)
    {
        // Watched before anything is read, so that no write is missed.
        using DirectoryWatcher.Watch? watch = ended is null ? null : DirectoryWatcher.Shared.Start(Path.GetDirectoryName(path)!);
        List<OpenLog> files = LogFiles.OpenAll(path);
        try
        {
            if (request.Tail is { } tail)
            {
                if (tail <= 0 && files.Count > 0)
                {
                    files[..^1].ForEach(f => f.Dispose());
                    files = files[^1..];
                    files.ForEach(f => f.Position = RandomAccess.GetLength(f.Handle));
                }
                else if (tail > 0)
                {
                    LogFiles.SkipToTail(files, tail);
                }
            }

            using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            if (watch is not null && request.Until is { } until)
            {
                TimeSpan left = until - time.GetUtcNow();
                stop.CancelAfter(left > TimeSpan.Zero ? left : TimeSpan.Zero);
            }

            while (!_pastTheEnd)
            {
                // Read before the files: what was written before the end is then seen below.
                bool last = ended is null || ended.IsCompleted || stop.IsCancellationRequested;
                while (files.Count > 0 && !_pastTheEnd)
                {
                    while (ReadMore(files[0]))
                    {
                        if (_output.WrittenCount > 0)
                        {
                            yield return _output.WrittenMemory;
                            _output.ResetWrittenCount();
                        }

                        if (_pastTheEnd)
                        {
                            break;
                        }
                    }

                    if (files.Count == 1 && ended is not null && LogFiles.Rotated(path, files[0]))
                    {
                        // Its writer may have appended to it between the last read and the rename.
                        while (ReadMore(files[0]))
                        {
                            yield return _output.WrittenMemory;
                            _output.ResetWrittenCount();
                        }

                        files.AddRange(LogFiles.OpenNewer(path, files[0].Identity));
                    }

                    if (files.Count == 1)
                    {
                        break;
                    }

                    files[0].Dispose();
                    files.RemoveAt(0);
                    _filled = 0;
                }

                if (last || cancellation.IsCancellationRequested)
                {
                    yield break;
                }

                await WaitAsync(watch!, ended!, stop.Token).ConfigureAwait(false);
                if (files.Count == 0)
                {
                    files.AddRange(LogFiles.OpenAll(path));
                }
            }
        }
        finally
        {
            files.ForEach(f => f.Dispose());
        }
    }

    private static async Task WaitAsync(DirectoryWatcher.Watch watch, Task ended, CancellationToken cancellation)
    {
        try
        {
            using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            Task changed = watch.WaitAsync(both.Token).AsTask();
            await Task.WhenAny(changed, ended).ConfigureAwait(false);
            await both.CancelAsync().ConfigureAwait(false);
            await changed.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        catch (OperationCanceledException)
        {
        }
    }

    // Continues reading one file, up to a chunk's worth of output; false at its end. An unfinished last line stays in the buffer.
    private bool ReadMore(OpenLog file)
    {
        bool any = false;
        while (_output.WrittenCount < ChunkSize && !_pastTheEnd)
        {
            if (_filled == _buffer.Length)
            {
                Array.Resize(ref _buffer, _buffer.Length * 2);
            }

            int count = RandomAccess.Read(file.Handle, _buffer.AsSpan(_filled), file.Position);
            if (count == 0)
            {
                return any;
            }

            any = true;
            file.Position += count;
            _filled += count;
            int start = 0;
            while (_buffer.AsSpan(start, _filled - start).IndexOf((byte)'\n') is >= 0 and var length)
            {
                _pastTheEnd |= _line.Write(_buffer.AsSpan(start, length), _output) == LogLine.Outcome.PastTheEnd;
                start += length + 1;
                if (_pastTheEnd)
                {
                    break;
                }
            }

            _buffer.AsSpan(start, _filled - start).CopyTo(_buffer);
            _filled -= start;
        }

        return true;
    }
}
