namespace Quai.Frontend.Compilation.Steps;

/// <summary>Modes as <c>chmod</c> has them in letters: <c>u=rwX,go-w</c>.</summary>
internal static class ModeText
{
    private static readonly System.Buffers.SearchValues<char> s_letters = System.Buffers.SearchValues.Create("rwxXstugo+-=");

    /// <summary>Whether a text is such a mode.</summary>
    public static bool IsSymbolic(string text) => text.Split(',').All(IsClause);

    private static bool IsClause(string clause)
    {
        int at = 0;
        while (at < clause.Length && clause[at] is 'u' or 'g' or 'o' or 'a')
        {
            at++;
        }

        return at < clause.Length && clause[at] is '+' or '-' or '=' && clause.AsSpan(at + 1).IndexOfAnyExcept(s_letters) < 0;
    }
}
