using Quai.Archives;
using Quai.Build.Layers;
using Quai.Build.Trees;
using Quai.BuildProtocol.Llb;
using Quai.Errors;
using Quai.Linux;
using Quai.Linux.Trees;

namespace Quai.Build.Steps.Files;

/// <summary>Runs file operations: copies, makes and removes files without running a program. Actions that follow each other write to one layer.</summary>
internal sealed class FileStep(LayerStore layers)
{
    /// <summary>Runs it.</summary>
    /// <param name="file">The operation.</param>
    /// <param name="context">Its inputs.</param>
    /// <param name="cancellation">Leaves nothing.</param>
    /// <exception cref="QuaiException">A file that is needed is not there, or something is in the way.</exception>
    public async Task<StepResult> RunAsync(FileOp file, StepContext context, CancellationToken cancellation)
    {
        int inputs = context.Inputs.Count;
        var states = new State[file.Actions.Count];
        List<WritableLayer> open = [];
        try
        {
            for (int i = 0; i < states.Length; i++)
            {
                FileAction action = file.Actions[i];
                states[i] = await StateForAsync(action).ConfigureAwait(false);
                LayerStack? source = action.ActionCase == FileAction.ActionOneofCase.Copy ? await StackAsync(action.SecondaryInput).ConfigureAwait(false) : null;
                var work = new FileWork(action, states[i].Upper, source, TreeOf, states[i].Sharing, cancellation);
                await DeepThread.RunAsync("files", work.Run).ConfigureAwait(false);
            }

            var outputs = new LayerStack[GraphOutputs(file)];
            for (int i = 0; i < states.Length; i++)
            {
                if (file.Actions[i].Output >= 0)
                {
                    outputs[file.Actions[i].Output] = await SealAsync(states[i]).ConfigureAwait(false);
                }
            }

            return new StepResult([.. outputs.Select(o => o ?? LayerStack.Empty)]);
        }
        finally
        {
            foreach (WritableLayer layer in open)
            {
                await layer.DisposeAsync().ConfigureAwait(false);
            }
        }

        // What nobody but this action goes on with is written to as it is.
        async Task<State> StateForAsync(FileAction action) =>
            action.Input >= inputs && states[action.Input - inputs] is { Result: null } earlier && Users(file, action.Input) == 1 && file.Actions[(int)action.Input - inputs].Output < 0
                ? earlier
                : await BeginAsync(await StackAsync(action.Input).ConfigureAwait(false)).ConfigureAwait(false);

        async Task<State> BeginAsync(LayerStack below)
        {
            WritableLayer layer = await layers.BeginAsync(below, cancellation).ConfigureAwait(false);
            open.Add(layer);
            return new State(layer, new UpperLayer(layer.Snapshot), new FileSharing(layers.Files, below));
        }

        async Task<LayerStack> StackAsync(long index) => index < 0 ? LayerStack.Empty
            : index < inputs ? context.Inputs[(int)index]
            : await SealAsync(states[index - inputs]).ConfigureAwait(false);

        async Task<LayerStack> SealAsync(State state) => state.Result ??= await state.Layer.SealAsync(cancellation).ConfigureAwait(false);

        MergedTree TreeOf(long index) => index < 0 ? new MergedTree(LayerStack.Empty)
            : index < inputs ? new MergedTree(context.Inputs[(int)index])
            : states[index - inputs].Upper.Tree;
    }

    private static int Users(FileOp file, long input) => file.Actions.Count(a => a.Input == input) + file.Actions.Count(a => a.ActionCase == FileAction.ActionOneofCase.Copy && a.SecondaryInput == input);

    private static long GraphOutputs(FileOp file) => file.Actions.Max(a => a.Output) + 1;

    private sealed class State(WritableLayer layer, UpperLayer upper, FileSharing sharing)
    {
        public WritableLayer Layer => layer;

        public UpperLayer Upper => upper;

        public FileSharing Sharing => sharing;

        public LayerStack? Result { get; set; }
    }
}
