using Quai.Dockerfiles;
using Quai.Dockerfiles.Instructions.Reading;
using Quai.Dockerfiles.Syntax;
using Quai.Frontend.Steps;

namespace Quai.Frontend.Checks;

/// <summary>Checks of variables.</summary>
internal static class VariableChecks
{
    private static readonly string[] s_secret = ["apikey", "auth", "credential", "credentials", "key", "password", "pword", "passwd", "secret", "token"];

    /// <summary>Finds variables that nobody set.</summary>
    public static void Undefined(StageCompiler stage, IReadOnlyList<string> unset, LineRange lines)
    {
        foreach (string name in unset.Where(n => n.Length > 0 && !stage.State.Arguments.Exists(a => a.Key == n)))
        {
            // A guess is shown as a variable, too.
            string found = Suggestion.Append("", name, stage.State.Variables.Names).Replace("(did you mean ", "(did you mean $", StringComparison.Ordinal);
            stage.Compilation.Checks.Find(CheckRules.UndefinedVar, lines, $"Usage of undefined variable '${name}'{found}");
        }
    }

    /// <summary>Finds pairs that are written as they used to be.</summary>
    public static void Legacy(StageCompiler stage, string instruction, KeyValue pair, LineRange lines)
    {
        if (!pair.HasEquals)
        {
            stage.Compilation.Checks.Find(CheckRules.LegacyKeyValueFormat, lines, $"\"{instruction} key=value\" should be used instead of legacy \"{instruction} key value\" format");
        }
    }

    /// <summary>Finds names of what should be secret.</summary>
    public static void Secret(StageCompiler stage, string instruction, string name, LineRange lines)
    {
        string[] words = name.ToLowerInvariant().Split('_');
        if (words.Any(s_secret.Contains) && !words.Contains("public"))
        {
            stage.Compilation.Checks.Find(CheckRules.SecretsUsedInArgOrEnv, lines, $"Do not use ARG or ENV instructions for sensitive data ({instruction} {GoText.Quote(name)})");
        }
    }
}
