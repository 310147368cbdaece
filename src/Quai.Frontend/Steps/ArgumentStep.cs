using Quai.Dockerfiles.Instructions.Settings;
using Quai.Frontend.Checks;
using Quai.Frontend.Stages;

namespace Quai.Frontend.Steps;

/// <summary>Compiles ARG.</summary>
internal static class ArgumentStep
{
    private static readonly string[] s_notForPrograms = [ScanArguments.Context, ScanArguments.Stage];

    /// <summary>Compiles it: a value that the build gives, else its own, else that of the argument of this name before the first stage.</summary>
    public static void Compile(StageCompiler stage, ArgInstruction arg)
    {
        List<string> shown = [];
        foreach (ArgPair pair in arg.Pairs)
        {
            VariableChecks.Secret(stage, "ARG", pair.Key, arg.Lines);
            string? value = stage.Compilation.Options.Arguments.TryGetValue(pair.Key, out string? given) ? given
                : pair.Value is { } own ? stage.Expand(own, arg.Lines)
                : stage.Compilation.Globals.Find(pair.Key);
            if (value is not null && !s_notForPrograms.Contains(pair.Key))
            {
                stage.State.Variables.Set(pair.Key, value);
            }

            stage.State.Arguments.Add(new ArgPair(pair.Key, value));
            shown.Add(value is null ? pair.Key : $"{pair.Key}={value}");
        }

        History.AddSetting(stage.Compilation, stage.State, "ARG " + string.Join(' ', shown));
    }
}
