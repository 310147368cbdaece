using System.Text.Json;
using Quai.Dockerfiles.Instructions;
using Quai.Dockerfiles.Instructions.Reading;
using Quai.Dockerfiles.Instructions.Settings;
using Quai.Dockerfiles.Syntax;
using Quai.Errors;
using Quai.Frontend.Checks;
using Quai.Frontend.Stages;
using Quai.Oci.Images;

namespace Quai.Frontend.Steps;

/// <summary>Compiles instructions that change the image's settings and none of its files.</summary>
internal static class SettingStep
{
    private static readonly JsonElement s_empty = JsonDocument.Parse("{}").RootElement.Clone();

    /// <summary>Compiles one.</summary>
    public static void Compile(StageCompiler stage, Instruction instruction)
    {
        ExecutionConfig config = stage.State.Config;
        string? text = instruction switch
        {
            EnvInstruction env => Env(stage, env),
            LabelInstruction label => Label(stage, label),
            ProgramInstruction program => Program(stage, program),
            ExposeInstruction expose => Expose(stage, expose),
            VolumeInstruction volume => Volume(stage, volume),
            HealthcheckInstruction check => Healthcheck(stage, check),
            UserInstruction user => "USER " + (config.User = stage.State.User = stage.Expand(user.User, user.Lines)),
            MaintainerInstruction maintainer => "MAINTAINER " + (stage.State.Image.Author = maintainer.Maintainer),
            ShellInstruction shell => $"SHELL [{string.Join(' ', config.Shell = [.. shell.Words])}]",
            StopSignalInstruction signal => "STOPSIGNAL " + (config.StopSignal = SignalNames.Checked(stage.Expand(signal.Signal, signal.Lines))),
            _ => null,
        };
        if (instruction is OnBuildInstruction trigger)
        {
            (config.OnBuild ??= []).Add(trigger.Trigger);
        }

        if (text is not null)
        {
            History.AddSetting(stage.Compilation, stage.State, text);
        }
    }

    private static string Env(StageCompiler stage, EnvInstruction env)
    {
        // All of them see the variables as they were before.
        KeyValue[] pairs = [.. env.Pairs.Select(p => p with { Key = stage.Expand(p.Key, env.Lines), Value = stage.Expand(p.Value, env.Lines) })];
        foreach (KeyValue pair in pairs)
        {
            VariableChecks.Legacy(stage, "ENV", pair, env.Lines);
            VariableChecks.Secret(stage, "ENV", pair.Key, env.Lines);
            stage.State.Variables.Set(pair.Key, pair.Value);
            List<string> all = stage.State.Config.Env ??= [];
            int index = all.FindIndex(e => e.StartsWith(pair.Key + "=", StringComparison.Ordinal));
            if (index < 0)
            {
                all.Add($"{pair.Key}={pair.Value}");
            }
            else
            {
                all[index] = $"{pair.Key}={pair.Value}";
            }
        }

        return $"ENV {string.Join(' ', pairs.Select(p => $"{p.Key}={p.Value}"))}";
    }

    private static string Label(StageCompiler stage, LabelInstruction label)
    {
        KeyValue[] pairs = [.. label.Pairs.Select(p => p with { Key = stage.Expand(p.Key, label.Lines), Value = stage.Expand(p.Value, label.Lines) })];
        Dictionary<string, string> labels = stage.State.Config.Labels ??= [];
        foreach (KeyValue pair in pairs)
        {
            VariableChecks.Legacy(stage, "LABEL", pair, label.Lines);
            labels[pair.Key] = pair.Value;
        }

        return $"LABEL {string.Join(' ', pairs.Select(p => $"{p.Key}={p.Value}"))}";
    }

    private static string Program(StageCompiler stage, ProgramInstruction program)
    {
        ExecutionConfig config = stage.State.Config;
        string name = program.IsEntrypoint ? "ENTRYPOINT" : "CMD";
        StageChecks.Once(stage, name, program.Lines);
        if (program.Program.IsShell && config.Shell is not { Count: > 0 })
        {
            stage.Compilation.Checks.Find(CheckRules.JsonArgsRecommended, program.Lines, $"JSON arguments recommended for {name} to prevent unintended behavior related to OS signals");
        }

        List<string> words = stage.WithShell(program.Program.Words, program.Program.IsShell);
        if (program.IsEntrypoint)
        {
            config.Entrypoint = words.Count > 0 ? words : null;
            config.Cmd = stage.State.LastOf.ContainsKey("CMD") ? config.Cmd : null;
        }
        else
        {
            config.Cmd = words.Count > 0 ? words : null;
            config.ArgsEscaped = true;
        }

        return $"{name} {GoText.Quote(words)}";
    }

    private static string Expose(StageCompiler stage, ExposeInstruction expose)
    {
        Dictionary<string, JsonElement> ports = stage.State.Config.ExposedPorts ??= [];
        SortedSet<string> added = new(StringComparer.Ordinal);
        foreach (string port in expose.Ports.SelectMany(p => stage.ExpandWords(p, expose.Lines)))
        {
            foreach (string one in PortReader.Read(stage, port, expose.Lines))
            {
                added.Add(one);
                ports[one] = s_empty;
            }
        }

        return $"EXPOSE [{string.Join(' ', added)}]";
    }

    private static string Volume(StageCompiler stage, VolumeInstruction volume)
    {
        Dictionary<string, JsonElement> volumes = stage.State.Config.Volumes ??= [];
        string[] paths = [.. volume.Paths.Select(p => stage.Expand(p, volume.Lines))];
        foreach (string path in paths)
        {
            volumes[path.Length > 0 ? path : throw QuaiException.Invalid("VOLUME specified can not be an empty string")] = s_empty;
        }

        return $"VOLUME [{string.Join(' ', paths)}]";
    }

    private static string Healthcheck(StageCompiler stage, HealthcheckInstruction check)
    {
        StageChecks.Once(stage, "HEALTHCHECK", check.Lines);
        HealthcheckTimes times = check.Times;
        stage.State.Config.Healthcheck = new HealthcheckConfig
        {
            Test = [.. check.Test],
            Interval = Some(times.Interval),
            Timeout = Some(times.Timeout),
            StartPeriod = Some(times.StartPeriod),
            StartInterval = Some(times.StartInterval),
            Retries = check.Retries == 0 ? null : check.Retries,
        };
        string written = string.Join(' ', ((long[])[times.Interval, times.Timeout, times.StartPeriod, times.StartInterval]).Select(t => $"\"{Durations.Write(t)}\""));
        return $"HEALTHCHECK &{{{GoText.Quote(check.Test)} {written} {GoText.QuoteNumber(check.Retries)}}}";
    }

    private static long? Some(long time) => time == 0 ? null : time;
}
