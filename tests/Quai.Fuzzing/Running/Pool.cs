namespace Quai.Fuzzing;

/// <summary>
/// Inputs that are worth changing: the seeds, and each that was treated in a way not seen before. Chains of small changes thus lead
/// deep into a format, while a single change would only ever reach the first check.
/// </summary>
internal sealed class Pool
{
    private const int MaxInputs = 512, MaxLength = 64 * 1024;

    private readonly List<byte[]> _inputs = [];
    private readonly HashSet<string> _seen = [];

    public bool IsEmpty => _inputs.Count == 0;

    public void Add(byte[] input) => _inputs.Add(input);

    public void Offer(byte[] input, string sort)
    {
        if (input.Length <= MaxLength && _inputs.Count < MaxInputs && _seen.Add(sort))
        {
            _inputs.Add(input);
        }
    }

    public byte[] Pick(Random random)
    {
        if (IsEmpty)
        {
            return [];
        }

        byte[] one = _inputs[random.Next(_inputs.Count)];
        if (random.Next(8) != 0)
        {
            return one;
        }

        // The beginning of one and the end of another.
        byte[] other = _inputs[random.Next(_inputs.Count)];
        return [.. one.AsSpan(0, random.Next(one.Length + 1)), .. other.AsSpan(random.Next(other.Length + 1))];
    }
}
