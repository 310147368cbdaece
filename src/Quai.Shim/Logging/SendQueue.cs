namespace Quai.Shim.Logging;

/// <summary>Messages that wait to be sent, in the order in which they came: in memory of a fixed size, of which pages are used only as it fills.</summary>
internal unsafe struct SendQueue
{
    private const int Prefix = sizeof(int);
    private readonly byte* _memory;
    private readonly long _capacity;
    private long _head, _tail;

    public SendQueue(long capacity)
    {
        _capacity = capacity;
        _memory = Memory.Map(capacity);
    }

    /// <summary>How many messages wait.</summary>
    public int Count { get; private set; }

    /// <summary>How many bytes they take.</summary>
    public readonly long Size => _tail - _head;

    /// <summary>The first message.</summary>
    public readonly ReadOnlySpan<byte> First => new(_memory + _head + Prefix, *(int*)(_memory + _head));

    /// <summary>Whether a message of that size would fit.</summary>
    public readonly bool Fits(int length) => Size + length + Prefix + 8 <= _capacity;

    /// <summary>Adds a message; false if it does not fit.</summary>
    public bool Add(ReadOnlySpan<byte> message)
    {
        if (!Fits(message.Length))
        {
            return false;
        }

        int aligned = (message.Length + Prefix + 7) & ~7;
        if (_tail + aligned > _capacity)
        {
            Buffer.MemoryCopy(_memory + _head, _memory, _capacity, Size);
            _tail -= _head;
            _head = 0;
        }

        *(int*)(_memory + _tail) = message.Length;
        message.CopyTo(new Span<byte>(_memory + _tail + Prefix, message.Length));
        _tail += aligned;
        Count++;
        return true;
    }

    /// <summary>Removes the first message.</summary>
    public void Remove()
    {
        _head += (*(int*)(_memory + _head) + Prefix + 7) & ~7;
        if (--Count == 0)
        {
            _head = _tail = 0;
        }
    }
}
