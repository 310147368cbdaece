namespace Quai.EndToEnd.Tests.Harness;

/// <summary>A test with data of what only quaid does; skipped when the tests are pointed at another engine.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class QuaidTheoryAttribute : TheoryAttribute
{
    /// <summary>Skips for a foreign engine.</summary>
    public QuaidTheoryAttribute()
    {
        if (TestEnvironment.ForeignEngine is not null)
        {
            Skip = "this test needs a quaid of its own";
        }
    }
}
