namespace Quai.Shim.Logging;

/// <summary>Bytes that grow at their end within memory of a fixed size. What does not fit is left out, and known to be.</summary>
internal unsafe struct ByteBuffer
{
    private readonly int _capacity;

    public ByteBuffer(byte* start, int capacity)
    {
        Start = start;
        _capacity = capacity;
    }

    public byte* Start { get; }

    public int Length { get; set; }

    /// <summary>Whether something did not fit.</summary>
    public bool Overflowed { get; private set; }

    public readonly int Left => _capacity - Length;

    public readonly ReadOnlySpan<byte> Span => new(Start, Length);

    public void Add(byte value)
    {
        if (Length < _capacity)
        {
            Start[Length++] = value;
        }
        else
        {
            Overflowed = true;
        }
    }

    public void Add(ReadOnlySpan<byte> text)
    {
        if (text.Length > _capacity - Length)
        {
            Overflowed = true;
            return;
        }

        text.CopyTo(new Span<byte>(Start + Length, text.Length));
        Length += text.Length;
    }

    public void Add(byte* text, int length) => Add(new ReadOnlySpan<byte>(text, length));

    /// <summary>A decimal number of at least so many digits.</summary>
    public void AddNumber(long value, int digits = 1)
    {
        byte* text = stackalloc byte[20];
        int at = 20;
        do
        {
            text[--at] = (byte)('0' + (value % 10));
            value /= 10;
            digits--;
        }
        while (value > 0 || digits > 0);

        Add(text + at, 20 - at);
    }

    /// <summary>A number of 2, 4 or 8 bytes, highest first.</summary>
    public void AddBigEndian(ulong value, int bytes)
    {
        for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8)
        {
            Add((byte)(value >> shift));
        }
    }

    /// <summary>A number of 2, 4 or 8 bytes, lowest first.</summary>
    public void AddLittleEndian(ulong value, int bytes)
    {
        for (int i = 0; i < bytes; i++)
        {
            Add((byte)(value >> (i * 8)));
        }
    }
}
