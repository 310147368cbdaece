using System.Runtime.CompilerServices;
using System.Text;

namespace Quai.Templates;

/// <summary>Walks a parsed template over data. One use per execution.</summary>
internal sealed class Executor(string name, string text, IReadOnlyDictionary<string, List<Node>> defined, TemplateOptions options)
{
    private const int MaximumDepth = 1000;

    /// <summary>For all ranges together: no data has so many elements, and a range over a number must end.</summary>
    private const int MaximumRounds = 100_000;

    private enum Flow
    {
        Next,
        Break,
        Continue,
    }

    /// <summary>A value in the pipeline: <paramref name="Interface"/> if it was held in a field or element without a fixed type.</summary>
    private readonly record struct Slot(object? Value, bool Valid = true, bool Interface = false)
    {
        public static Slot Missing => new(null, Valid: false);
    }

    private readonly StringBuilder _output = new();
    private readonly List<(string Name, Slot Value)> _variables = [];
    private int _depth;
    private int _rounds;
    private string _current = "";

    /// <summary>Runs the template's body.</summary>
    /// <exception cref="TemplateException">The data do not fit. What was written before is in <see cref="Written"/>.</exception>
    public void Run(List<Node> body, object? data)
    {
        _current = name;
        var slot = new Slot(data, Valid: data is not null);
        _variables.Add(("$", slot));
        Walk(slot, body);
    }

    /// <summary>The text so far.</summary>
    public string Written => _output.ToString();

    private TemplateException Error(Node at, string message)
    {
        int newline = at.Position == 0 ? -1 : text.LastIndexOf('\n', at.Position - 1);
        int line = 1 + text.AsSpan(0, at.Position).Count('\n');
        return new TemplateException(
            $"template: {name}:{line}:{at.Position - newline - 1}: executing {GoText.Quote(_current)} at <{at}>: {message}");
    }

    private Flow Walk(Slot dot, List<Node> nodes)
    {
        foreach (Node node in nodes)
        {
            Flow flow = Walk(dot, node);
            if (flow != Flow.Next)
            {
                return flow;
            }
        }

        return Flow.Next;
    }

    private Flow Walk(Slot dot, Node node)
    {
        switch (node)
        {
            case TextNode plain:
                _output.Append(plain.Text);
                return Flow.Next;
            case ActionNode action:
                Slot value = Pipeline(dot, action.Pipe);
                if (action.Pipe.Variables.Count == 0)
                {
                    Print(value);
                }

                return Flow.Next;
            case JumpNode jump:
                return jump.IsBreak ? Flow.Break : Flow.Continue;
            case BranchNode branch:
                int mark = _variables.Count;
                Flow flow = branch.Kind == BranchKind.Range ? Range(dot, branch) : Choose(dot, branch);
                _variables.RemoveRange(mark, _variables.Count - mark);
                return flow;
            case TemplateNode call:
                Call(dot, call);
                return Flow.Next;
            default:
                throw Error(node, "unknown node");
        }
    }

    private void Print(Slot value)
    {
        if (!value.Valid || (value.Value is null && value.Interface))
        {
            _output.Append("<no value>");
        }
        else
        {
            GoText.Append(_output, value.Value, nested: false);
        }
    }

    private Flow Choose(Slot dot, BranchNode branch)
    {
        Slot value = Pipeline(dot, branch.Pipe);
        if (Functions.IsTrue(value.Value))
        {
            return Walk(branch.Kind == BranchKind.With ? value : dot, branch.Body);
        }

        return branch.Otherwise is null ? Flow.Next : Walk(dot, branch.Otherwise);
    }

    private Flow Range(Slot dot, BranchNode branch)
    {
        Slot value = Pipeline(dot, branch.Pipe);
        int mark = _variables.Count;
        bool any = false;
        foreach ((object? key, Slot element) in Elements(branch, value))
        {
            if (++_rounds > MaximumRounds)
            {
                throw Error(branch.Pipe, $"exceeded maximum number of iterations ({MaximumRounds})");
            }

            any = true;
            List<VariableNode> variables = branch.Pipe.Variables;
            if (variables.Count > 0)
            {
                Set(branch.Pipe, variables[^1].Names[0], element);
            }

            if (variables.Count > 1)
            {
                Set(branch.Pipe, variables[0].Names[0], new Slot(key));
            }

            Flow flow = Walk(element, branch.Body);
            if (_variables.Count > mark)
            {
                _variables.RemoveRange(mark, _variables.Count - mark);
            }

            if (flow == Flow.Break)
            {
                break;
            }
        }

        return any || branch.Otherwise is null ? Flow.Next : Walk(dot, branch.Otherwise);
    }

    private void Set(PipeNode pipe, string variable, Slot value)
    {
        for (int i = _variables.Count - 1; i >= 0; i--)
        {
            if (_variables[i].Name == variable)
            {
                _variables[i] = (variable, value);
                return;
            }
        }

        throw Error(pipe, $"undefined variable: {variable}");
    }

    private IEnumerable<(object? Key, Slot Element)> Elements(BranchNode branch, Slot value)
    {
        switch (value.Value)
        {
            case null:
                return [];
            case GoList list:
                return list.Items.Select((item, i) => ((object?)(long)i, new Slot(item, Interface: list.IsUntyped)));
            case GoMap map:
                return map.SortedKeys.Select(k => ((object?)k, new Slot(map.Entries[k], Interface: map.IsUntyped)));
            case long count:
                return Enumerable.Range(0, (int)Math.Clamp(count, 0, MaximumRounds + 1)).Select(i => ((object?)(long)i, new Slot((long)i)));
            case string plain:
                return plain.EnumerateRunes().Select((r, i) => ((object?)(long)i, new Slot((long)r.Value)));
            default:
                throw Error(branch.Pipe, $"range can't iterate over {GoText.Show(value.Value)}");
        }
    }

    private void Call(Slot dot, TemplateNode call)
    {
        if (!defined.TryGetValue(call.Name, out List<Node>? body))
        {
            throw Error(call, $"template {GoText.Quote(call.Name)} not defined");
        }

        // Each call of a template may add many frames of its own.
        if (++_depth > MaximumDepth || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw Error(call, $"exceeded maximum template depth ({MaximumDepth})");
        }

        Slot data = call.Pipe is null ? Slot.Missing : Pipeline(dot, call.Pipe);
        (List<(string, Slot)> saved, string outer) = ([.. _variables], _current);
        _variables.Clear();
        _variables.Add(("$", data));
        _current = call.Name;
        Walk(data, body);
        _variables.Clear();
        _variables.AddRange(saved);
        _current = outer;
        _depth--;
    }

    private Slot Pipeline(Slot dot, PipeNode pipe)
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw Error(pipe, "max expression depth exceeded");
        }

        Slot? value = null;
        foreach (CommandNode command in pipe.Commands)
        {
            Slot result = Command(dot, command, value);

            // The next stage gets what an interface holds, or nothing if it holds nothing.
            value = result is { Interface: true, Valid: true } ? new Slot(result.Value, result.Value is not null) : result;
        }

        Slot last = value ?? Slot.Missing;
        foreach (VariableNode variable in pipe.Variables)
        {
            if (pipe.IsAssignment)
            {
                Set(pipe, variable.Names[0], last);
            }
            else
            {
                _variables.Add((variable.Names[0], last));
            }
        }

        return last;
    }

    private Slot Command(Slot dot, CommandNode command, Slot? final)
    {
        Node first = command.Arguments[0];
        switch (first)
        {
            case FieldNode field:
                return Fields(dot, field, dot, field.Names, command, final);
            case ChainNode chain:
                return Fields(dot, chain, Argument(dot, chain.Node), chain.Names, command, final);
            case IdentifierNode identifier:
                return Function(dot, identifier, command, final);
            case VariableNode variable:
                return variable.Names.Length > 1
                    ? Fields(dot, variable, Variable(variable), variable.Names[1..], command, final)
                    : NoArguments(Variable(variable), first, command, final);
        }

        if (command.Arguments.Count > 1 || final is not null)
        {
            throw Error(first, $"can't give argument to non-function {first}");
        }

        return first is NilNode ? throw Error(first, "nil is not a command") : Argument(dot, first);
    }

    private Slot NoArguments(Slot value, Node at, CommandNode command, Slot? final) =>
        command.Arguments.Count > 1 || final is not null ? throw Error(at, $"can't give argument to non-function {at}") : value;

    private Slot Variable(VariableNode node)
    {
        for (int i = _variables.Count - 1; i >= 0; i--)
        {
            if (_variables[i].Name == node.Names[0])
            {
                return _variables[i].Value;
            }
        }

        throw Error(node, $"undefined variable: {node.Names[0]}");
    }

    private Slot Argument(Slot dot, Node node) => node switch
    {
        DotNode => dot,
        NilNode => Slot.Missing,
        ConstantNode constant => new Slot(constant.Value is int n ? (long)n : constant.Value),
        PipeNode pipe => Pipeline(dot, pipe),
        FieldNode field => Fields(dot, field, dot, field.Names, null, null),
        VariableNode variable => variable.Names.Length == 1
            ? Variable(variable)
            : Fields(dot, variable, Variable(variable), variable.Names[1..], null, null),
        ChainNode chain => chain.Node is NilNode
            ? throw Error(chain, "nil is not a command")
            : Fields(dot, chain, Argument(dot, chain.Node), chain.Names, null, null),
        IdentifierNode identifier => Function(dot, identifier, new CommandNode(identifier.Position, [identifier]), null),
        _ => throw Error(node, $"can't handle {node}"),
    };

    private Slot Fields(Slot dot, Node node, Slot receiver, string[] names, CommandNode? command, Slot? final)
    {
        for (int i = 0; i < names.Length - 1; i++)
        {
            receiver = Field(node, receiver, names[i], null);
        }

        List<object?>? arguments = null;
        if (command is { Arguments.Count: > 1 } || final is not null)
        {
            arguments = [.. (command?.Arguments.Skip(1) ?? []).Select(a => Argument(dot, a).Value)];
            if (final is { } last)
            {
                arguments.Add(last.Value);
            }
        }

        return Field(node, receiver, names[^1], arguments);
    }

    private Slot Field(Node node, Slot receiver, string field, List<object?>? arguments)
    {
        if (!receiver.Valid)
        {
            return options.FailOnMissingKey ? throw Error(node, $"nil data; no entry for key {GoText.Quote(field)}") : Slot.Missing;
        }

        string type = receiver.Interface ? "interface {}" : GoText.TypeName(receiver.Value);
        switch (receiver.Value)
        {
            case null or GoNil:
                throw Error(node, $"nil pointer evaluating {type}.{field}");
            case IGoStruct structure:
                if (arguments is not null && structure.TryInvoke(field, arguments, out object? result))
                {
                    return new Slot(result);
                }

                if (structure.TryGetField(field, out object? value))
                {
                    return arguments is null ? new Slot(value) : throw Error(node, $"{field} has arguments but cannot be invoked as function");
                }

                throw Error(node, $"can't evaluate field {field} in type {type}");
            case GoMap map:
                if (arguments is not null)
                {
                    throw Error(node, $"{field} is not a method but has arguments");
                }

                if (map.Entries.TryGetValue(field, out object? entry))
                {
                    return new Slot(entry, Interface: map.IsUntyped);
                }

                return options.FailOnMissingKey ? throw Error(node, $"map has no entry for key {GoText.Quote(field)}")
                    : Slot.Missing;
            default:
                throw Error(node, $"can't evaluate field {field} in type {type}");
        }
    }

    private Slot Function(Slot dot, IdentifierNode identifier, CommandNode command, Slot? final)
    {
        string function = identifier.Name;
        int count = command.Arguments.Count - 1 + (final is null ? 0 : 1);
        if (!Functions.Accepts(function, count, out string message))
        {
            throw Error(identifier, message);
        }

        if (function is "and" or "or")
        {
            Slot value = Slot.Missing;
            for (int i = 1; i < command.Arguments.Count; i++)
            {
                value = Argument(dot, command.Arguments[i]);
                if (Functions.IsTrue(value.Value) == (function == "or"))
                {
                    return value;
                }
            }

            return final ?? value;
        }

        var arguments = new List<object?>(count);
        for (int i = 1; i < command.Arguments.Count; i++)
        {
            arguments.Add(Argument(dot, command.Arguments[i]).Value);
        }

        if (final is { } last)
        {
            arguments.Add(last.Value);
        }

        try
        {
            object? result = Functions.Call(function, arguments, options.Header);
            bool untyped = function == "index" && (arguments[0] is GoMap { IsUntyped: true } or GoList { IsUntyped: true });
            return new Slot(result, result is not null, untyped);
        }
        catch (ArgumentTypeException wrong)
        {
            Node argument = wrong.Index + 1 < command.Arguments.Count ? command.Arguments[wrong.Index + 1] : identifier;
            throw Error(argument, wrong.Describe(argument));
        }
        catch (FunctionException failure)
        {
            throw Error(command, $"error calling {function}: {failure.Message}");
        }
    }
}
