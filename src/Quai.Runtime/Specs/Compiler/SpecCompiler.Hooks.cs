using System.Buffers.Binary;
using Quai.Errors;
using Quai.Oci.Runtime;
using Quai.Plans;
using Quai.Runtime.SeccompFilters;
using static Quai.Plans.PlanWriter;

namespace Quai.Runtime.Specs;

/// <content>
/// Hooks. Those of the runtime's namespaces (prestart, createRuntime) are run by whoever clones, while the child waits before it changes its root; those of the container's by
/// the child itself: createContainer then, still seeing the runtime's files, and startContainer last of all, as the program's user.
/// </content>
public sealed partial class SpecCompiler
{
    // struct PlanHook.
    private const int HookSize = 48;

    private readonly List<(string What, Pointer Hook)> _startHooks = [];
    private ContainerIdentity? _identity;

    private ContainerIdentity Identity(string what) => _identity ?? throw QuaiException.Invalid($"the config has {what}, but nobody knows the container's id");

    private void CompileHooksBeforeRoot()
    {
        if (_spec.Hooks is not { } hooks)
        {
            return;
        }

        Hook[] outside = [.. hooks.Prestart ?? [], .. hooks.CreateRuntime ?? []];
        foreach (Hook hook in outside)
        {
            _plan.WhilePaused(Describe(hook), StepOf(hook, "creating", inContainer: false));
        }

        if (outside.Length > 0)
        {
            Child("await the hooks", Step.Of(PlanOperation.Pause));
        }

        foreach (Hook hook in hooks.CreateContainer ?? [])
        {
            Child(Describe(hook), StepOf(hook, "creating", inContainer: true));
        }
    }

    /// <summary>Tells the last hooks which process this is, while the host's procfs is still open.</summary>
    private void PrepareStartHooks()
    {
        foreach (Hook hook in _isExec ? [] : _spec.Hooks?.StartContainer ?? [])
        {
            if (_joinsProcessIds)
            {
                throw QuaiException.Invalid($"the hook {hook.Path} (startContainer) is not possible in a process namespace that is joined");
            }

            Pointer at = PutHook(hook, "created");
            Child("name the container's process", Step.Of(PlanOperation.Hook, at, Argument.Slot(PlanSlot.Procfs), 1));
            _startHooks.Add((Describe(hook), at));
        }
    }

    private void CompileStartHooks()
    {
        foreach ((string what, Pointer hook) in _startHooks)
        {
            Child(what, Step.Of(PlanOperation.Hook, hook));
        }
    }

    private void CompileHooksOfProgram()
    {
        if (_spec.Hooks is not { } hooks)
        {
            return;
        }

        foreach (Hook hook in hooks.Poststart ?? [])
        {
            _plan.OnceStarted(Describe(hook), StepOf(hook, "running", inContainer: false));
        }

        foreach (Hook hook in hooks.Poststop ?? [])
        {
            _plan.OnceEnded(Describe(hook), StepOf(hook, "stopped", inContainer: false));
        }
    }

    private static string Describe(Hook hook) => $"run the hook {hook.Path}";

    private Step StepOf(Hook hook, string status, bool inContainer) => Step.Of(PlanOperation.Hook, PutHook(hook, status), inContainer ? Argument.Slot(PlanSlot.Procfs) : 0);

    private Pointer PutHook(Hook hook, string status)
    {
        (byte[] document, int pidAt) = Identity("hooks").StateOf(status);
        _plan.Pauses();
        Pointer state = _plan.Block(document, 1);
        Pointer path = _plan.Text(hook.Path);
        Pointer arguments = _plan.TextArray(hook.Args is { Count: > 0 } args ? args : [hook.Path]);
        Pointer environment = _plan.TextArray(hook.Env ?? []);
        byte[] block = new byte[HookSize];
        BinaryPrimitives.WriteInt32LittleEndian(block.AsSpan(32), document.Length);
        BinaryPrimitives.WriteInt32LittleEndian(block.AsSpan(36), pidAt);
        BinaryPrimitives.WriteInt32LittleEndian(block.AsSpan(40), hook.Timeout ?? 0);
        Pointer at = _plan.Block(block);
        _plan.PutPointer(at.Data, path.Data);
        _plan.PutPointer(at.Data + 8, arguments.Data);
        _plan.PutPointer(at.Data + 16, environment.Data);
        _plan.PutPointer(at.Data + 24, state.Data);
        return at;
    }

    /// <summary>A filter with calls that somebody else decides: they are given its listener by whoever clones, since the program may not even be able to send it.</summary>
    private void CompileListener(Oci.Runtime.Seccomp profile, SeccompProgram program, Pointer filter)
    {
        if (string.IsNullOrEmpty(profile.ListenerPath))
        {
            throw QuaiException.Invalid("seccomp: a rule has SCMP_ACT_NOTIFY, but there is no listenerPath: nobody would answer");
        }

        (byte[] document, int pidAt, int otherPidAt) = Identity("a seccomp listener").ProcessStateOf(_isExec ? "running" : "creating", profile.ListenerMetadata);
        _plan.SetListenerState(document, (pidAt, otherPidAt));
        _plan.Pauses();
        Parent($"connect to {profile.ListenerPath}", Step.Of(PlanOperation.ConnectSocket, _plan.Text(profile.ListenerPath)).Into(PlanSlot.Supervisor));
        Child("install the system call filter", Step.Of(PlanOperation.FilterWithListener, program.Flags, filter));
    }
}
