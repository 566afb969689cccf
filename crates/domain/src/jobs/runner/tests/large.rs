//! Jobs of many steps.

use super::*;

#[test]
fn a_small_job_behind_large_ones_of_its_owner_waits_for_a_step_of_each() {
    const SMALL: Ulid = Ulid(12);
    let mut scene = scene(&[(1, 13)], |time, memory| {
        let left = Mutex::new(HashMap::new());
        move |job: &Job, _: Portion| {
            time.pass(TimeDelta::milliseconds(300));
            let mut left = left.lock().unwrap();
            let steps = if job.key == SMALL { 1 } else { 20 };
            let left = left.entry(job.key).or_insert(steps);
            *left -= 1;
            if *left > 0 {
                return Ok(Step::More);
            }
            memory.remove(job);
            Ok(Step::Done)
        }
    });
    let steps = (1..=300).find(|_| {
        assert!(matches!(now(scene.runner.step()), Ok(Did::Step { .. })));
        let last = scene.play.done.lock().unwrap().last().copied();
        last.is_some_and(|(job, _)| job.key == SMALL)
    });
    assert_eq!(steps, Some(13));
    while !matches!(now(scene.runner.step()), Ok(Did::Nothing)) {}
    assert!(scene.memory.0.lock().unwrap().is_empty());
    assert_eq!(scene.play.done.lock().unwrap().len(), 12 * 20 + 1);
}
