namespace Unroll.Classroom.Equations;

/// <summary>
/// Back-propagation through time of the lab's network as plain loops, through a forward pass that may have mistakes of its own:
/// <code>
/// dy = p, less 1 at the label      dW_out = dy s_Tᵀ      db_out = dy      ds_T = W_outᵀ dy
/// for t = T … 1:      da_t = ds_t ⊙ (1 - s_t²)
///                     dW += da_t s_{t-1}ᵀ      dU += da_t x_tᵀ      db += da_t      ds_{t-1} = Wᵀ da_t
/// </code>
/// The derivative of a mistaken forward pass is right where it is that pass' derivative. The backward pass may have mistakes too.
/// </summary>
internal sealed class LabGradient
{
    private readonly LabParameters _parameters;
    private readonly int[] _words;
    private readonly double[][] _s;
    private readonly double[] _logits;
    private readonly OwnForward _own;
    private readonly BackwardMistakes _mistakes;
    private readonly double _rate;
    private readonly int _hidden;
    private readonly LabParameters _d;

    /// <summary>Takes what a sentence's gradient is made of.</summary>
    /// <param name="parameters">The parameters that the sentence was read with.</param>
    /// <param name="words">The words of the sentence, [T].</param>
    /// <param name="pass">What the forward pass computed.</param>
    /// <param name="own">The mistakes of that forward pass, which its derivative follows.</param>
    /// <param name="mistakes">What is wrong with the backward pass.</param>
    /// <param name="learningRate">Only read where a parameter is updated too early.</param>
    public LabGradient(
        LabParameters parameters, int[] words, ForwardPass pass, OwnForward own, BackwardMistakes mistakes, double learningRate)
    {
        _parameters = parameters;
        _words = words;
        _s = pass.States;
        _logits = pass.Logits;
        _own = own;
        _mistakes = mistakes;
        _rate = learningRate;
        _hidden = parameters.Hidden;
        _d = new LabParameters(_hidden);
    }

    /// <summary>The gradient of every parameter.</summary>
    /// <param name="label">The right label.</param>
    public LabParameters Compute(int label)
    {
        double[] dSums = ThroughActivation(LogitGradient.Of(_logits, label, _mistakes.Softmax));
        double[] dState = OutputLayer(dSums);
        double[] weights = LabNetwork.StateWeights(_words.Length, _own.Logits.State);
        double[][] ds = [.. weights.Select(weight => dState.Select(value => weight * value).ToArray())];
        double[,] w = _mistakes.LoopUpdate == default ? _parameters.W : (double[,])_parameters.W.Clone();
        for (int t = _words.Length; t >= 1; t--)
            Step(t, ds, w);
        return _d;
    }

    // Where the logits went through a softmax or a tanh, the gradient goes back through it.
    private double[] ThroughActivation(double[] dy)
    {
        OutputActivationMistake activation = _own.Logits.Activation;
        switch (activation)
        {
            case OutputActivationMistake.Correct:
                return dy;
            case OutputActivationMistake.Softmax:
                return LogitGradient.ThroughSoftmax(_logits, dy);
            case OutputActivationMistake.LogSoftmax:
                double sum = dy.Sum();
                return [.. dy.Select((value, k) => value - Math.Exp(_logits[k]) * sum)];
            case OutputActivationMistake.Tanh:
                return [.. dy.Select((value, k) => value * (1 - _logits[k] * _logits[k]))];
            case OutputActivationMistake.Sigmoid:
                return [.. dy.Select((value, k) => value * _logits[k] * (1 - _logits[k]))];
            case OutputActivationMistake.Relu:
                return [.. dy.Select((value, k) => _logits[k] > 0 ? value : 0)];
            default:
                throw new ArgumentOutOfRangeException(nameof(dy), activation, null);
        }
    }

    // dW_out and db_out; returns the gradient of the state that the output layer reads.
    private double[] OutputLayer(double[] dSums)
    {
        LogitMistakes own = _own.Logits;
        double[] state = OutputState();
        double[] dState = new double[_hidden];
        bool isSquare = _hidden == LabParameters.Classes;
        for (int k = 0; k < dSums.Length; k++)
        {
            int row = own.Weight == OutputWeightMistake.Swapped ? dSums.Length - 1 - k : k;
            double dy = dSums[k];
            _d.OutputB[row, 0] += LabNetwork.OutputBiasFactor(own.Bias, _hidden) * dy;
            for (int j = 0; j < _hidden; j++)
            {
                double dWeight = own.Weight == OutputWeightMistake.Missing ? 0 : dy * state[j];
                bool isTransposed = isSquare
                    && (own.Weight == OutputWeightMistake.Transposed) != (_mistakes.Output == OutputGradientMistake.Transposed);
                if (isTransposed)
                    _d.OutputW[j, row] += dWeight;
                else
                    _d.OutputW[row, j] += dWeight;
                dState[j] += dy * StateWeight(k, j, dWeight);
            }
        }
        return dState;
    }

    private double[] OutputState()
    {
        if (_mistakes.Output == OutputGradientMistake.StateBefore)
            return _s[^2];
        double[] weights = LabNetwork.StateWeights(_words.Length, _own.Logits.State);
        double[] state = new double[_hidden];
        for (int t = 0; t < _s.Length; t++)
        {
            for (int j = 0; j < _hidden; j++)
                state[j] += weights[t] * _s[t][j];
        }
        return state;
    }

    // The weight by which ds_T takes dy_k into unit j.
    private double StateWeight(int k, int j, double dWeight)
    {
        bool isSquare = _hidden == LabParameters.Classes;
        double weight = LabNetwork.OutputWeight(_parameters, k, j, _own.Logits.Weight);
        return _mistakes.Output switch
        {
            OutputGradientMistake.Correct or OutputGradientMistake.StateBefore or OutputGradientMistake.Transposed => weight,
            OutputGradientMistake.UpdatedFirst => weight - _rate * dWeight,
            OutputGradientMistake.NotTransposed => isSquare ? _parameters.OutputW[j, k] : double.NaN,
            OutputGradientMistake.WeightsMissing => isSquare ? (j == k ? 1 : 0) : double.NaN,
            _ => throw new ArgumentOutOfRangeException(nameof(k), _mistakes.Output, null),
        };
    }

    // One step of the loop over time: from ds_t to the parameters and to ds_{t-1}.
    private void Step(int t, double[][] ds, double[,] w)
    {
        ForwardMistakes own = _own.States;
        bool isAdded = IsAdded(t);
        int before = LabNetwork.Before(t, own.Recurrence);
        double[] dsBefore = _mistakes.Propagation == PropagationMistake.Accumulated ? [.. ds[t]] : new double[_hidden];
        // Units that others read within the step come after those.
        bool isAscending = own.Recurrence == RecurrenceMistake.OverwrittenBackwards;
        for (int n = 0; n < _hidden; n++)
        {
            int i = isAscending ? n : _hidden - 1 - n;
            (double inParameter, double onward) = Derivatives(t, i);
            double da = ds[t][i] * inParameter;
            double daOnward = ds[t][i] * onward;
            if (isAdded)
                AddBiasAndInput(t, i, da, ds[t][i]);
            for (int j = 0; j < _hidden; j++)
            {
                bool isNew = LabNetwork.IsOverwritten(j, i, own.Recurrence);
                double read = isNew || _mistakes.Outer == OuterMistake.SameState ? _s[t][j] : _s[before][j];
                if (isAdded)
                    AddRecurrent(i, j, da * read, w);
                double weight = _mistakes.Propagation == PropagationMistake.NotTransposed
                    ? LabNetwork.RecurrentWeight(w, j, i, own.Recurrence)
                    : LabNetwork.RecurrentWeight(w, i, j, own.Recurrence);
                if (isNew)
                    ds[t][j] += daOnward * weight;
                else
                    dsBefore[j] += daOnward * weight;
                if (isAdded && _mistakes.LoopUpdate == LoopUpdateMistake.AfterPropagation)
                    w[i, j] -= _rate * da * read;
            }
        }
        for (int j = 0; j < _hidden; j++)
            ds[before][j] += _mistakes.Propagation == PropagationMistake.Missing ? ds[t][j] : dsBefore[j];
    }

    private void AddRecurrent(int i, int j, double dWeight, double[,] w)
    {
        RecurrenceMistake own = _own.States.Recurrence;
        if (own is RecurrenceMistake.Missing or RecurrenceMistake.WithoutW || (own == RecurrenceMistake.Elementwise && i != j))
            return;
        bool isTransposed = (own == RecurrenceMistake.Transposed) != (_mistakes.Outer == OuterMistake.Transposed);
        if (isTransposed)
            _d.W[j, i] += dWeight;
        else
            _d.W[i, j] += dWeight;
        if (_mistakes.LoopUpdate == LoopUpdateMistake.BeforePropagation)
            w[i, j] -= _rate * dWeight;
    }

    private void AddBiasAndInput(int t, int i, double da, double ds)
    {
        _d.B[i, 0] += _own.States.Bias == BiasMistake.Outside ? ds : LabNetwork.BiasFactor(_own.States.Bias, _hidden) * da;
        double dInput = LabNetwork.InputFactor(_own.States.Input, _hidden) * da;
        if (_mistakes.Word == WordGradientMistake.EveryColumn)
        {
            for (int x = 0; x < LabParameters.Inputs; x++)
                _d.U[i, x] += dInput;
            return;
        }
        InputMistake column = _mistakes.Word switch
        {
            WordGradientMistake.Correct => _own.States.Input,
            WordGradientMistake.WordBefore => InputMistake.WordBefore,
            WordGradientMistake.WordAfter => InputMistake.WordAfter,
            WordGradientMistake.FirstWord => InputMistake.FirstWord,
            WordGradientMistake.LastWord => InputMistake.LastWord,
            WordGradientMistake.Backwards => InputMistake.Backwards,
            WordGradientMistake.ColumnBefore => InputMistake.ColumnBefore,
            WordGradientMistake.ColumnAfter => InputMistake.ColumnAfter,
            _ => throw new ArgumentOutOfRangeException(nameof(t), _mistakes.Word, null),
        };
        int word = LabNetwork.Column(_words, t, column);
        if (word >= 0)
            _d.U[i, word] += dInput;
    }

    // tanh' of unit i at step t: as it stands in the parameters' gradients, and on the way to ds_{t-1}.
    private (double InParameter, double Onward) Derivatives(int t, int i)
    {
        double s = _s[t][i];
        double right = OwnDerivative(t, i);
        double squared = 1 - s * s;
        return _mistakes.Derivative switch
        {
            DerivativeMistake.Correct => (right, right),
            DerivativeMistake.Missing => (1, 1),
            DerivativeMistake.TanhAgain => Both(1 - Math.Tanh(s) * Math.Tanh(s)),
            DerivativeMistake.MissingInParameter => (1, right),
            DerivativeMistake.MissingInPropagation => (right, 1),
            DerivativeMistake.MissingAtLastStep => Both(t == _words.Length ? 1 : right),
            DerivativeMistake.MissingBeforeLastStep => Both(t == _words.Length ? right : 1),
            DerivativeMistake.Sigmoid => Both(s * (1 - s)),
            DerivativeMistake.Relu => Both(s > 0 ? 1 : 0),
            DerivativeMistake.NotSquared => Both(1 - s),
            DerivativeMistake.WrongSign => Both(2 - squared),
            DerivativeMistake.StateBefore => Both(1 - _s[t - 1][i] * _s[t - 1][i]),
            _ => throw new ArgumentOutOfRangeException(nameof(i), _mistakes.Derivative, null),
        };

        static (double, double) Both(double value) => (value, value);
    }

    // The derivative of the activation that the forward pass has.
    private double OwnDerivative(int t, int i)
    {
        ForwardMistakes own = _own.States;
        double s = _s[t][i] - (own.Bias == BiasMistake.Outside ? _parameters.B[i, 0] : 0);
        switch (own.Activation)
        {
            case ActivationMistake.Correct:
                return 1 - s * s;
            case ActivationMistake.Identity:
                return 1;
            case ActivationMistake.Sigmoid:
                return s * (1 - s);
            case ActivationMistake.Relu:
                return s > 0 ? 1 : 0;
            case ActivationMistake.LeakyRelu:
                return s > 0 ? 1 : 0.01;
            case ActivationMistake.Softsign:
                return (1 - Math.Abs(s)) * (1 - Math.Abs(s));
            case ActivationMistake.Clipped:
                return Math.Abs(s) < 1 ? 1 : 0;
            case ActivationMistake.TanhTwice:
            case ActivationMistake.Sine:
                double a = LabNetwork.PreActivation(_parameters, _s, _s[t], _words, t, i, own);
                double tanh = Math.Tanh(a);
                return own.Activation == ActivationMistake.Sine ? Math.Cos(a) : (1 - s * s) * (1 - tanh * tanh);
            default:
                throw new ArgumentOutOfRangeException(nameof(t), own.Activation, null);
        }
    }

    // Whether the gradient of step t is added to the sum.
    private bool IsAdded(int t)
    {
        int last = _words.Length;
        return _mistakes.TimeSteps switch
        {
            TimeStepsMistake.Correct => true,
            TimeStepsMistake.LastOnly => t == last,
            TimeStepsMistake.FirstOnly => t == 1,
            TimeStepsMistake.AllButFirst => t > 1,
            TimeStepsMistake.AllButLast => t < last,
            TimeStepsMistake.LastTwo => t > last - 2,
            TimeStepsMistake.LastThree => t > last - 3,
            _ => throw new ArgumentOutOfRangeException(nameof(t), _mistakes.TimeSteps, null),
        };
    }
}
