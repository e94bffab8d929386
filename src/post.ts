import { hasSession } from './action/state.ts';

// Where there is nothing to end, nothing is loaded.
if (hasSession()) {
  void import(/* webpackMode: "eager" */ './logout.ts').then(({ run }) => run());
}
