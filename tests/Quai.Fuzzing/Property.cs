using Quai.Errors;

namespace Quai.Fuzzing;

/// <summary>
/// What must hold for any input from outside: it is accepted or refused by a typed error, in bounded time and memory; and whatever
/// else the check itself asserts.
/// </summary>
/// <param name="name">Names the folder of its corpus: lower-case words with hyphens.</param>
/// <param name="check">Feeds one input to the code and asserts what must hold afterwards.</param>
public sealed class Property(string name, Func<byte[], Task> check)
{
    /// <summary>A property of code that does not wait: what it allocates is counted exactly.</summary>
    public Property(string name, Action<byte[]> check)
        : this(name, input =>
        {
            check(input);
            return Task.CompletedTask;
        }) =>
        IsSynchronous = true;

    /// <summary>Names the folder of its corpus.</summary>
    public string Name { get; } = name;

    /// <summary>Feeds one input to the code.</summary>
    public Func<byte[], Task> Check { get; } = check;

    /// <summary>Valid inputs, to be changed. What the corpus has is added to them.</summary>
    public IReadOnlyList<byte[]> Seeds { get; init; } = [];

    /// <summary>Inputs that are tried before random ones: all if there is time, some others in each short run.</summary>
    public IEnumerable<byte[]> Always { get; init; } = [];

    /// <summary>Changes an input a little.</summary>
    public Func<Random, byte[], byte[]> Mutate { get; init; } = ByteMutator.Mutate;

    /// <summary>Makes a new input from knowledge of its structure; null to only change the seeds.</summary>
    public Func<Random, byte[]>? Generate { get; init; }

    /// <summary>The errors by which an input may be refused. Others are findings.</summary>
    public Func<Exception, bool> Refuses { get; init; } = static e => e is QuaiException;

    /// <summary>The maximum number of bytes that one input may make the code allocate in total.</summary>
    public long MaxAllocation { get; init; } = 64 << 20;

    /// <summary>The longest time that one input may take. Measured three times before it counts, since the machine may be busy.</summary>
    public TimeSpan MaxTime { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Whether <see cref="Check"/> does all its work on the thread that calls it.</summary>
    internal bool IsSynchronous { get; }
}
