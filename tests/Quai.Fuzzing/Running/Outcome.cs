using System.Diagnostics;
using System.Numerics;
using System.Text;

namespace Quai.Fuzzing;

/// <summary>What came of trying one input.</summary>
internal sealed class Outcome
{
    private readonly string _sort;

    private Outcome(string sort, string? broken, Exception? error) => (_sort, Broken, Error) = (sort, broken, error);

    /// <summary>What is wrong, in words, the same for all inputs that show the same fault; null when the property holds.</summary>
    public string? Broken { get; }

    /// <summary>The error that was thrown, if any.</summary>
    public Exception? Error { get; }

    /// <summary>Whether two inputs were treated alike, as far as can be seen from outside: the same refusal, about the same effort.</summary>
    public string Sort => _sort;

    public static Outcome Held(Exception? refusal, long allocated) =>
        new($"{refusal?.GetType().Name} {Shape(refusal?.Message ?? "")} {BitOperations.Log2((ulong)allocated | 1)}", null, refusal);

    public static Outcome Failed(Exception error) => new("", $"{error.GetType().Name} {Place(error)}", error);

    public static Outcome Exceeded(string limit) => new("", limit, null);

    /// <summary>A message without what comes from the input: numbers and quoted parts.</summary>
    private static string Shape(string message)
    {
        var shape = new StringBuilder();
        bool quoted = false;
        foreach (char c in message.AsSpan(0, Math.Min(message.Length, 200)))
        {
            quoted ^= c == '"';
            if (!quoted && !char.IsDigit(c))
            {
                shape.Append(c);
            }
        }

        return shape.ToString();
    }

    /// <summary>The method of the project in which the error came up; for an assertion of the property itself, what it says.</summary>
    private static string Place(Exception error)
    {
        for (Exception? e = error; e is not null; e = e.InnerException)
        {
            foreach (StackFrame frame in new StackTrace(e).GetFrames())
            {
                if (frame.GetMethod() is { DeclaringType: { FullName: { } type } } method && type.StartsWith("Quai.", StringComparison.Ordinal)
                    && !type.Contains(".Tests", StringComparison.Ordinal) && !type.StartsWith("Quai.Fuzzing", StringComparison.Ordinal))
                {
                    return $"in {type}.{method.Name}";
                }
            }
        }

        return Shape(error.Message.Split('\n')[0]);
    }
}
