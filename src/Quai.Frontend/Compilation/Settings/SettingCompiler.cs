using System.Text.Json;
using Quai.Dockerfiles.Instructions;
using Quai.Dockerfiles.Instructions.Reading;
using Quai.Dockerfiles.Instructions.Settings;
using Quai.Dockerfiles.Instructions.Steps;
using Quai.Dockerfiles.Words;
using Quai.Frontend.Checks;
using Quai.Oci.Images;

namespace Quai.Frontend.Compilation.Settings;

/// <summary>Compiles the instructions that say something of the image.</summary>
/// <param name="scope">The build.</param>
internal sealed class SettingCompiler(BuildScope scope)
{
    private static readonly List<string> s_shell = ["/bin/sh", "-c"];
    private static readonly HashSet<string> s_notInEnvironment = ["BUILDKIT_SBOM_SCAN_CONTEXT", "BUILDKIT_SBOM_SCAN_STAGE"];
    private static readonly JsonElement s_empty = JsonDocument.Parse("{}").RootElement.Clone();

    /// <summary>Compiles an instruction; false where it is one of another kind.</summary>
    /// <exception cref="CompileException">It is wrong.</exception>
    public bool TryCompile(StageState stage, Instruction instruction)
    {
        ExecutionConfig config = stage.Config;
        switch (instruction)
        {
            case ArgInstruction argument:
                Arg(stage, argument);
                return true;
            case EnvInstruction variables:
                Env(stage, variables);
                return true;
            case LabelInstruction labels:
                Label(stage, labels);
                return true;
            case MaintainerInstruction maintainer:
                stage.Image.Author = maintainer.Author;
                Done("MAINTAINER " + maintainer.Author);
                return true;
            case CmdInstruction command:
                CheckForm(stage, instruction, command.Line);
                config.Cmd = Arguments(stage, command.Line);
                config.ArgsEscaped = true;
                stage.HasCommand = true;
                Done("CMD " + GoText.Quoted(config.Cmd));
                return true;
            case EntrypointInstruction entry:
                CheckForm(stage, instruction, entry.Line);
                List<string> program = Arguments(stage, entry.Line);
                config.Entrypoint = program.Count > 0 ? program : null;
                config.Cmd = stage.HasCommand ? config.Cmd : null;
                Done("ENTRYPOINT " + GoText.Quoted(program));
                return true;
            case ExposeInstruction expose:
                Expose(stage, expose);
                return true;
            case VolumeInstruction volume:
                string[] paths = [.. volume.Paths.Select(p => Expand(stage, p, instruction))];
                config.Volumes ??= [];
                Array.ForEach(paths, p => config.Volumes[p.Length > 0 ? p : throw new CompileException("VOLUME specified can not be an empty string", instruction.Lines)] = s_empty);
                Done("VOLUME " + GoText.Plain(paths));
                return true;
            case UserInstruction user:
                stage.User = config.User = Expand(stage, user.User, instruction);
                Done("USER " + stage.User);
                return true;
            case ShellInstruction shell:
                config.Shell = [.. shell.Arguments];
                Done("SHELL " + GoText.Plain(shell.Arguments));
                return true;
            case StopSignalInstruction signal:
                config.StopSignal = Expand(stage, signal.Signal, instruction);
                Done("STOPSIGNAL " + (SignalText.IsSignal(config.StopSignal) ? config.StopSignal : throw new CompileException($"invalid signal: {config.StopSignal}", instruction.Lines)));
                return true;
            case HealthcheckInstruction health:
                Healthcheck(stage, health);
                return true;
            case OnBuildInstruction trigger:
                (config.OnBuild ??= []).Add(trigger.Expression);
                return true;
            default:
                return false;
        }

        void Done(string text) => History.AddSetting(stage, scope, text);
    }

    /// <summary>What is run for a command: a program with its arguments, or the shell with a line.</summary>
    public static List<string> Arguments(StageState stage, CommandLine line) =>
        line.IsForShell && line.Arguments.Count > 0 ? [.. stage.Config.Shell is { Count: > 0 } shell ? shell : s_shell, string.Join(' ', line.Arguments)] : [.. line.Arguments];

    private void CheckForm(StageState stage, Instruction instruction, CommandLine line)
    {
        if (line.IsForShell && line.Arguments.Count > 0 && stage.Config.Shell is null or { Count: 0 })
        {
            scope.Checks.Add(CheckRule.JsonArgsRecommended, $"JSON arguments recommended for {instruction.Name} to prevent unintended behavior related to OS signals", instruction.Lines);
        }
    }

    private string Expand(StageState stage, string text, Instruction instruction, WordOptions options = WordOptions.None) =>
        scope.Expand(text, stage, instruction.Lines, options);

    private void Arg(StageState stage, ArgInstruction argument)
    {
        List<string> shown = [];
        foreach ((string written, string? usual) in argument.Variables)
        {
            string name = Expand(stage, written, argument);
            string? value = scope.Request.Arguments.TryGetValue(name, out string? given) ? given
                : usual is not null ? Expand(stage, usual, argument)
                : scope.GlobalArguments.GetValueOrDefault(name);
            if (value is not null && !s_notInEnvironment.Contains(name))
            {
                stage.Variables[name] = value;
            }

            stage.Arguments.Add((name, value));
            shown.Add(value is null ? name : $"{name}={value}");
        }

        History.AddSetting(stage, scope, "ARG " + string.Join(' ', shown));
    }

    private void Env(StageState stage, EnvInstruction variables)
    {
        // None of them sees the others: they are expanded before any is set.
        (string Name, string Value)[] pairs = [.. variables.Variables.Select(p => (Expand(stage, p.Key, variables), Expand(stage, p.Value, variables)))];
        List<string> all = stage.Config.Env ??= [];
        foreach ((string name, string value) in pairs)
        {
            stage.Variables[name] = value;
            int at = all.FindIndex(v => v.StartsWith(name, StringComparison.Ordinal) && v.AsSpan(name.Length).StartsWith("="));
            if (at >= 0)
            {
                all[at] = $"{name}={value}";
            }
            else
            {
                all.Add($"{name}={value}");
            }
        }

        History.AddSetting(stage, scope, "ENV" + string.Concat(pairs.Select(p => $" {p.Name}={p.Value}")));
    }

    private void Label(StageState stage, LabelInstruction labels)
    {
        Dictionary<string, string> all = stage.Config.Labels ??= [];
        string shown = "LABEL";
        foreach ((string key, string text, _) in labels.Labels)
        {
            (string name, string value) = (Expand(stage, key, labels), Expand(stage, text, labels));
            all[name] = value;
            shown += $" {name}={value}";
        }

        History.AddSetting(stage, scope, shown);
    }

    private void Expose(StageState stage, ExposeInstruction expose)
    {
        SortedSet<string> ports = new(StringComparer.Ordinal);
        ports.UnionWith(expose.Ports.SelectMany(p => scope.ExpandWords(p, stage.Variables, expose.Lines)).SelectMany(p => PortText.Read(p, expose.Lines)));
        Dictionary<string, JsonElement> all = stage.Config.ExposedPorts ??= [];
        foreach (string port in ports)
        {
            all[port] = s_empty;
        }

        History.AddSetting(stage, scope, $"EXPOSE map[{string.Join(' ', ports.Select(p => p + ":{}"))}]");
    }

    private void Healthcheck(StageState stage, HealthcheckInstruction health)
    {
        stage.Config.Healthcheck = new HealthcheckConfig
        {
            Test = [.. health.Test],
            Interval = Set(health.Interval),
            Timeout = Set(health.Timeout),
            StartPeriod = Set(health.StartPeriod),
            StartInterval = Set(health.StartInterval),
            Retries = health.Retries > 0 ? health.Retries : null,
        };
        string times = string.Join(' ', ((long[])[health.Interval, health.Timeout, health.StartPeriod, health.StartInterval]).Select(t => GoText.Quote(GoDuration.Format(t))));
        History.AddSetting(stage, scope, $"HEALTHCHECK &{{{GoText.Quoted(health.Test)} {times} {GoText.Character(health.Retries)}}}");
    }

    private static long? Set(long value) => value == 0 ? null : value;
}
