using Quai.Cli.Streams;

namespace Quai.Cli.Compose.Display;

/// <summary>Questions that are answered with yes or no.</summary>
internal static class Question
{
    /// <summary>Asks; what has been shown of progress stays above.</summary>
    /// <param name="scope">Where it is asked.</param>
    /// <param name="text">The question, with what a blank answer means.</param>
    /// <param name="blank">What a blank answer means on a terminal; elsewhere it is no.</param>
    /// <returns>Whether the answer is yes.</returns>
    public static bool IsAgreed(ComposeScope scope, string text, bool blank = false)
    {
        scope.Progress.Settle();
        scope.Out.Write(text + " ");
        using StreamReader reader = new(new Input());
        return reader.ReadLine()?.Trim() switch
        {
            "y" or "Y" or "yes" or "Yes" or "YES" or "true" or "1" => true,
            "" => blank && Input.IsTerminal,
            _ => false,
        };
    }
}
