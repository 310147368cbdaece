namespace Quai.Build.Solving.Sharing;

/// <summary>The output of a step for all builds that wait for it. Who joins later is told what was said before, up to a limit.</summary>
internal sealed class SharedOutput : IStepProgress
{
    private const int Kept = 2 << 20;

    private readonly Lock _lock = new();
    private readonly List<IStepProgress> _listeners = [];
    private readonly List<(int Stream, byte[] Bytes)> _said = [];
    private int _size;

    public void Join(IStepProgress listener)
    {
        lock (_lock)
        {
            foreach ((int stream, byte[] bytes) in _said)
            {
                listener.Write(stream, bytes);
            }

            _listeners.Add(listener);
        }
    }

    public void Leave(IStepProgress listener)
    {
        lock (_lock)
        {
            _listeners.Remove(listener);
        }
    }

    public void Write(int stream, ReadOnlySpan<byte> bytes)
    {
        lock (_lock)
        {
            if (_size < Kept)
            {
                _said.Add((stream, bytes.ToArray()));
                _size += bytes.Length;
            }

            foreach (IStepProgress listener in _listeners)
            {
                listener.Write(stream, bytes);
            }
        }
    }

    public void Report(string id, long current, long total, bool isComplete)
    {
        lock (_lock)
        {
            foreach (IStepProgress listener in _listeners)
            {
                listener.Report(id, current, total, isComplete);
            }
        }
    }
}
