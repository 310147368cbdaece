namespace Quai.Bake.Hcl;

/// <summary>What was found wrong, in order.</summary>
internal sealed class Diagnostics
{
    private readonly List<Diagnostic> _all = [];

    /// <summary>Whether something is wrong.</summary>
    public bool Any => _all.Count > 0;

    /// <summary>How many things are.</summary>
    public int Count => _all.Count;

    /// <summary>Adds one.</summary>
    public void Add(string summary, string detail, SourceRange? subject) => _all.Add(new(summary, detail, subject));

    /// <summary>Adds all of another's.</summary>
    public void Add(Diagnostics others) => _all.AddRange(others._all);

    /// <summary>The message: the first, and how many there are besides.</summary>
    public string Message => MessageOf(_all[0].ToString(), _all.Count);

    /// <summary>The error of the first of several things that are wrong.</summary>
    public static BakeException Error(string first, int count, BakePlace? place) =>
        new(MessageOf(first, count), place) { FirstDiagnostic = first, DiagnosticCount = count };

    /// <summary>All of them, two lines each.</summary>
    public string Listed => string.Concat(_all.Select(one => $"- {one.Summary} (at {one.Subject?.ToPlace()})\n  {one.Detail}\n"));

    private static string MessageOf(string first, int count) => count == 1 ? first : $"{first}, and {count - 1} other diagnostic(s)";

    /// <summary>As an error of the first one's place.</summary>
    public BakeException ToException() => Error(_all[0].ToString(), _all.Count, _all.FirstOrDefault(one => one.Subject is not null)?.Subject?.ToPlace());

    /// <summary>Throws them, if there are any.</summary>
    public void Throw()
    {
        if (Any)
        {
            throw ToException();
        }
    }

    /// <summary>An error of one thing that is wrong.</summary>
    public static BakeException Error(string summary, string detail, SourceRange? subject)
    {
        Diagnostics one = new();
        one.Add(summary, detail, subject);
        return one.ToException();
    }
}
